{#
    What fct_grades_by_period says of a period, and features say of it at an earlier date: one definition.

    course_mark_measures(before, after)   a column for each sum over the marks of a period, its expression
                                          between the two texts, as `sum(` and `)`
    grade_figures(row)                    f_count, df_count and the GPAs, from a relation with those sums
    has_unreadable_marks(row)             whether a mark of the period may be any letter: one that nobody
                                          has mapped. A number where letters are needed is none
#}
{% macro course_mark_measures(before, after) -%}
    {%- for name, measure in [
        ('letter_mark_count', "case when mark_kind = 'letter' then 1 else 0 end"),
        ('excluded_mark_count', "case when mark_kind = 'excluded' then 1 else 0 end"),
        (
            'unmapped_mark_count',
            "case when mark_kind in ('unmapped', 'number') then 1 else 0 end",
        ),
        ('number_mark_count', "case when mark_kind = 'number' then 1 else 0 end"),
        ('f_mark_count', "case when letter_family = 'F' then 1 else 0 end"),
        ('df_mark_count', "case when letter_family in ('D', 'F') then 1 else 0 end"),
        (
            'credited_mark_count',
            "case when mark_kind = 'letter' and credits is not null then 1 else 0 end",
        ),
        ('credits', "case when mark_kind = 'letter' then coalesce(credits, 0) else 0 end"),
        ('credit_points', 'coalesce(grade_points * credits, 0)'),
        ('weighted_credit_points', 'coalesce(weighted_grade_points * credits, 0)'),
        ('pointed_mark_count', 'case when grade_points is not null then 1 else 0 end'),
        ('points', 'coalesce(grade_points, 0)'),
        ('weighted_points', 'coalesce(weighted_grade_points, 0)'),
    ] %}
        {{ before }}{{ measure }}{{ after }} as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{% macro grade_figures(row) -%}
        -- only marks that nobody can read yet: not known, which is not zero
        case
            when {{ row }}.letter_mark_count = 0 and {{ row }}.unmapped_mark_count > 0 then null
            else {{ row }}.f_mark_count
        end as f_count,
        case
            when {{ row }}.letter_mark_count = 0 and {{ row }}.unmapped_mark_count > 0 then null
            else {{ row }}.df_mark_count
        end as df_count,
        -- no course of the period has credits: every course weighs the same. Some have:
        -- those count.
        {%- for column, credited, equal in [
            ('gpa_unweighted', 'credit_points', 'points'),
            ('gpa_weighted', 'weighted_credit_points', 'weighted_points'),
        ] %}
        case
            when {{ has_unreadable_marks(row) }} then null
            when {{ row }}.credited_mark_count = 0
                then cast({{ row }}.{{ equal }} as numeric)
                    / nullif({{ row }}.pointed_mark_count, 0)
            else {{ row }}.{{ credited }} / nullif({{ row }}.credits, 0)
        end as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
{%- endmacro %}

{% macro has_unreadable_marks(row) -%}
    {{ row }}.unmapped_mark_count > {{ row }}.number_mark_count
{%- endmacro %}
