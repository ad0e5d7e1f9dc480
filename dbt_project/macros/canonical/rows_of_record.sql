{#
    rows_of_record(entity, columns, told): of the rows that several sources tell of one entity those that
    count, by the rule of the entity (record_rules) and the periods in which a source is the system of
    record (idn_periods_of_record). `told` as in union_of_sources, for entities with spans.

        {{ rows_of_record('students', {'student_key': 'bigint', 'student_id': 'text'}) }}
#}
{% macro rows_of_record(entity, columns, told=none) -%}
    {%- set rule = record_rules()[entity] -%}
    {%- for needed in [rule.dated] if rule.dated is string and rule.dated not in columns -%}
        {{ exceptions.raise_compiler_error(
            "rows_of_record: the columns of " ~ entity ~ " must have " ~ needed
        ) }}
    {%- endfor -%}
    {%- for needed in (rule.keyed or []) + (rule.spans or []) + (rule.stay or [])
            if needed not in columns -%}
        {{ exceptions.raise_compiler_error(
            "rows_of_record: the columns of " ~ entity ~ " must have " ~ needed
        ) }}
    {%- endfor -%}
    {%- if told and not rule.spans -%}
        {{ exceptions.raise_compiler_error(
            "rows_of_record: `told` is for entities with spans, and " ~ entity ~ " has none"
        ) }}
    {%- elif rule.within -%}
        {{ told_by_sources(entity, columns) }}
    {%- elif rule.keyed -%}
        {{ newest_of_key(entity, columns, rule) }}
    {%- elif rule.spans -%}
        {{ spans_of_record(entity, columns, rule, told) }}
    {%- else -%}
        {{ rows_of_their_date(entity, columns, rule) }}
    {%- endif -%}
{%- endmacro %}

{#
    rows_of_their_date(entity, columns, rule): rows with a date, each of the source of record on that
    date; rows without one, and those of a `current` entity, of the source of record today.
#}
{% macro rows_of_their_date(entity, columns, rule) -%}
    {%- set finds = rule.dated is defined and rule.dated is not string -%}
    {%- set day = 'told.' ~ rule.dated if rule.dated is string else none -%}
    {%- if finds -%}
        {%- set day = 'told.date_of_record' -%}
        {%- if rule.dated | length > 3 -%}
            {%- set day = 'coalesce(' ~ day ~ ', ' ~ last_day_of_school_year('told.' ~ rule.dated[3])
                ~ ')' -%}
        {%- endif -%}
    {%- endif -%}
    select
        {%- for column, type in columns.items() %}
        {{ by_source('told', column, type, rule) }},
        {%- endfor %}
        told.source_system,
        told.source_instance
    from (
        {{ told_by_sources(entity, columns, rule.dated if finds else none) }}
    ) as told
    inner join {{ ref('idn_periods_of_record') }} as period
        on period.source_system = told.source_system
        and period.entity_group = '{{ rule.group }}'
        {%- if day %}
        and case
            when {{ day }} is null then period.recency = 1
            else {{ day }} between period.first_date and period.last_date
        end
        {%- else %}
        and period.recency = 1
        {%- endif %}
{%- endmacro %}

{#
    newest_of_key(entity, columns, rule): rows without a date, by key: of the sources that hold a key
    the one that is of record, else the one that was last.
#}
{% macro newest_of_key(entity, columns, rule) -%}
    {%- set key_columns = {} -%}
    {%- for column in rule.keyed -%}
        {%- do key_columns.update({column: columns[column]}) -%}
    {%- endfor -%}
    select
        {%- for column in columns %}
        ranked.{{ column }},
        {%- endfor %}
        ranked.source_system,
        ranked.source_instance
    from (
        select
            {%- for column in columns %}
            told.{{ column }},
            {%- endfor %}
            told.source_system,
            told.source_instance,
            told.is_own,
            period.recency,
            min(period.recency) over (
                partition by {% for column in rule.keyed %}told.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
            ) as least_recency
        from (
            select
                {%- for column in columns %}
                own.{{ column }},
                {%- endfor %}
                own.source_system,
                own.source_instance,
                true as is_own
            from (
                {{ told_by_sources(entity, columns) }}
            ) as own
            {%- if rule.beside %}
            union all
            select
                {%- for column, type in columns.items() %}
                {{ 'other.' ~ column if column in rule.keyed else 'cast(null as ' ~ type ~ ')' }},
                {%- endfor %}
                other.source_system,
                other.source_instance,
                false as is_own
            from (
                {{ told_by_sources(rule.beside, key_columns) }}
            ) as other
            {%- endif %}
        ) as told
        inner join {{ ref('idn_periods_of_record') }} as period
            on period.source_system = told.source_system
            and period.entity_group = '{{ rule.group }}'
            and period.is_newest_of_source
    ) as ranked
    where ranked.is_own
        and ranked.recency = ranked.least_recency
{%- endmacro %}

{#
    spans_of_record(entity, columns, rule, told): spans cut to the periods of their source; one stay that both
    sources tell across a handover is one row.
#}
{% macro spans_of_record(entity, columns, rule, told=none) -%}
    {%- set first, last = rule.spans[0], rule.spans[1] -%}
    {%- set chain -%}
        partition by {% for column in rule.stay %}chained.{{ column }}, {% endfor %}chained.lane, chained.chain
    {%- endset -%}
    select
        {%- for column in columns %}
        united.{{ column }},
        {%- endfor %}
        united.source_system,
        united.source_instance
    from (
        with

        cut as (
            select
                {%- for column in columns if column not in rule.spans %}
                told.{{ column }},
                {%- endfor %}
                -- one that ended before it began has no days to be cut
                case
                    when told.{{ last }} < told.{{ first }} then told.{{ first }}
                    when told.{{ first }} < period.first_date then period.first_date
                    else told.{{ first }}
                end as {{ first }},
                case
                    when told.{{ last }} < told.{{ first }} then told.{{ last }}
                    when period.recency > 1
                        and coalesce(told.{{ last }} > period.last_date, true)
                        then period.last_date
                    else told.{{ last }}
                end as {{ last }},
                coalesce(
                    told.{{ first }} < period.first_date
                    and coalesce(told.{{ last }} >= told.{{ first }}, true),
                    false
                ) as is_begun_before,
                period.period_number > 1
                and coalesce(told.{{ first }} <= period.first_date, false)
                and coalesce(told.{{ last }} >= period.first_date, true) as meets_first_date,
                period.recency > 1
                and told.{{ first }} is not null
                and coalesce(told.{{ last }} >= period.last_date, true) as meets_last_date,
                period.period_number,
                told.source_system,
                told.source_instance
            from {% if told %}{{ told }}{% else %}(
                {{ told_by_sources(entity, columns) }}
            ){% endif %} as told
            inner join {{ ref('idn_periods_of_record') }} as period
                on period.source_system = told.source_system
                and period.entity_group = '{{ rule.group }}'
                and case
                    when told.{{ first }} is null then period.is_newest_of_source
                    when told.{{ last }} < told.{{ first }}
                        then told.{{ first }} between period.first_date and period.last_date
                    else told.{{ first }} <= period.last_date
                        and coalesce(told.{{ last }} >= period.first_date, true)
                end
        ),

        -- several rows of one stay in one period: the one that goes on is set beside the one that
        -- went on before
        placed as (
            select
                cut.*,
                row_number() over (
                    partition by {% for column in rule.stay %}cut.{{ column }}, {% endfor %}cut.period_number
                    order by
                        case when cut.meets_first_date then 0 else 1 end,
                        case when cut.meets_last_date then 0 else 1 end,
                        cut.{{ first }}
                        {%- if rule.key %},
                        cut.{{ rule.key }}
                        {%- endif %}
                ) as lane
            from cut
        ),

        linked as (
            select
                placed.*,
                case
                    when placed.meets_first_date
                        and lag(placed.meets_last_date) over (
                            partition by {% for column in rule.stay %}placed.{{ column }}, {% endfor %}placed.lane
                            order by placed.period_number
                        )
                        and lag(placed.period_number) over (
                            partition by {% for column in rule.stay %}placed.{{ column }}, {% endfor %}placed.lane
                            order by placed.period_number
                        ) = placed.period_number - 1
                        then 0
                    else 1
                end as is_start
            from placed
        ),

        chained as (
            select
                linked.*,
                sum(linked.is_start) over (
                    partition by {% for column in rule.stay %}linked.{{ column }}, {% endfor %}linked.lane
                    order by linked.period_number
                ) as chain
            from linked
        )

        select
            {%- for column in columns if column != first %}
            {%- if column == rule.key %}
            -- the rest of a stay that another source closed is a row beside it
            first_value(
                case
                    when chained.is_begun_before
                        then {{ surrogate_key(['chained.' ~ column, 'chained.' ~ first]) }}
                    else chained.{{ column }}
                end
            ) over ({{ chain }} order by chained.period_number) as {{ column }},
            {%- elif column in (rule.of_entry or []) %}
            first_value(chained.{{ column }}) over (
                {{ chain }} order by chained.period_number
            ) as {{ column }},
            {%- elif column in (rule.if_same or []) %}
            case
                when min(chained.{{ column }}) over ({{ chain }})
                    = max(chained.{{ column }}) over ({{ chain }})
                    and count(chained.{{ column }}) over ({{ chain }})
                    = count(*) over ({{ chain }})
                    then chained.{{ column }}
            end as {{ column }},
            {%- else %}
            chained.{{ column }},
            {%- endif %}
            {%- endfor %}
            first_value(chained.{{ first }}) over (
                {{ chain }} order by chained.period_number
            ) as {{ first }},
            row_number() over ({{ chain }} order by chained.period_number desc) as from_last,
            chained.source_system,
            chained.source_instance
        from chained
    ) as united
    where united.from_last = 1
{%- endmacro %}

{#
    by_source(relation, column, type, rule): a column as models read it: one that a source numbers by
    itself is told apart from another source's.
#}
{% macro by_source(relation, column, type, rule) -%}
    {%- set name = relation ~ '.' ~ column -%}
    {%- if column not in (rule.numbered_by_source or []) -%}
        {{ name }}
    {%- elif type == 'bigint' -%}
        case
            when {{ name }} is not null
                then {{ surrogate_key([relation ~ '.source_system', name]) }}
        end as {{ column }}
    {%- else -%}
        {{ relation }}.source_system || ' ' || {{ name }} as {{ column }}
    {%- endif -%}
{%- endmacro %}
