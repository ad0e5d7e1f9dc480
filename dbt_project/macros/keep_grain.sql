{#
    keep_grain(): post-hook that looks through what a model or seed has just made, and fails it before
    anybody sees it: what stood there stays, and what reads it waits. Two rows may not share the `grain`
    of its meta, nor a column that `unique` names; nothing of the grain may be null, nor a column that
    `not_null` names. One pass for all of them; a test would be a node, after the fact.

        +post-hook: "{{ keep_grain() }}"

        config:
          meta:
            grain: [student_key, grading_period_key, course_identity_key]
            unique: [course_mark_key]
            not_null: [flag]

    A table with a contract says the last as constraints, which hold before its rows are seen. It is no
    unique index: those let nulls repeat, quote the key in the server's log, are not kept by every
    engine, and no view has one. The message counts; it holds no value of a row.
#}
{% macro keep_grain() -%}
    {#- a report of one's own need not state a grain -#}
    {%- if execute and ('own' not in model.fqn or model.config.meta) -%}
        {%- set broken = [] -%}
        {%- for row in run_query(broken_grain(this, model.config.meta, model.name)) -%}
            {%- do broken.append(row[0] ~ ': ' ~ row[1]) -%}
        {%- endfor -%}
        {%- if broken -%}
            {{ exceptions.raise_compiler_error("The grain is broken: " ~ broken | join('; ')) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#
    broken_grain(relation, meta, name): the query that says how often a relation breaks what the meta of
    model `name` states; no row when it keeps it.

        {{ broken_grain(this, model.config.meta, model.name) }}
#}
{% macro broken_grain(relation, meta, name) -%}
    {%- set grain = meta.get('grain') or [] -%}
    {%- set alone = meta.get('unique', []) -%}
    {%- set others = meta.get('not_null', []) -%}
    {%- for key, given in {'grain': grain, 'unique': alone, 'not_null': others}.items() -%}
        {%- if given is string or given is mapping or (key == 'grain' and not given) -%}
            {{ exceptions.raise_compiler_error(name ~ ": `" ~ key ~ "` of its meta must be a list of columns, got " ~ given) }}
        {%- endif -%}
    {%- endfor -%}
    {%- set columns = grain | join(', ') -%}
with

by_grain as (
    select
        {{ columns }},
        {%- for column in others %}
        count(*) - count({{ column }}) as {{ column }}_missing,
        {%- endfor %}
        count(*) as row_count
    from {{ relation }}
    group by {{ columns }}
    having count(*) > 1
    {%- for column in grain %} or {{ column }} is null{% endfor %}
    {%- for column in others %} or count({{ column }}) < count(*){% endfor %}
),
{% for column in alone %}
by_{{ column }} as (
    select count(*) as row_count
    from {{ relation }}
    where {{ column }} is not null
    group by {{ column }}
    having count(*) > 1
),
{% endfor %}
findings as (
    select
        'rows that repeat {{ columns }}' as finding,
        sum(row_count - 1) as found
    from by_grain
    {%- for column in grain %}
    union all
    select 'rows without {{ column }}', sum(row_count)
    from by_grain
    where {{ column }} is null
    {%- endfor %}
    {%- for column in others %}
    union all
    select 'rows without {{ column }}', sum({{ column }}_missing)
    from by_grain
    {%- endfor %}
    {%- for column in alone %}
    union all
    select 'rows that repeat {{ column }}', sum(row_count - 1)
    from by_{{ column }}
    {%- endfor %}
)

select
    finding,
    found
from findings
where found > 0
{%- endmacro %}
