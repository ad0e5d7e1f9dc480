{#
    attendance_events_with_meaning(events, keys): events of attendance with what their category means:
    absence or not, excused or not, the share that is missed. A day and a class read a category alike,
    so the reading is written once.

    events   the entity of canonical_inputs
    keys     its columns that tell the events apart, keys all, carried along beside student and school

        {{ attendance_events_with_meaning('attendance_events', ['attendance_event_key']) }}
#}
{% macro attendance_events_with_meaning(events, keys) -%}
    {%- if keys is string or keys | length == 0 -%}
        {{ exceptions.raise_compiler_error(
            "attendance_events_with_meaning: `keys` must be a list of columns, got " ~ keys
        ) }}
    {%- endif -%}
    {%- set columns = {
        'student_key': 'bigint',
        'school_key': 'bigint',
        'event_date': 'date',
        'category_namespace': 'text',
        'category_code': 'text',
        'event_duration': 'numeric',
        'attendance_minutes': 'integer',
        '_load_id': 'bigint',
    } -%}
    {%- for key in keys -%}
        {%- do columns.update({key: 'bigint'}) -%}
    {%- endfor -%}
with

events as (
    {{ union_of_sources(events, columns) }}
),

known_loads as (
    select * from {{ ref('stg_ops__load_known_on') }}
),

code_mappings as (
    select * from {{ ref('can_code_mappings') }}
),

categories as (
    {{ codes_of_sources(ref('xwalk_attendance_category'), ['category_code']) }}
),

with_category as (
    select
        {%- for key in keys %}
        events.{{ key }},
        {%- endfor %}
        events.student_key,
        events.school_key,
        events.event_date,
        events.category_code,
        events.event_duration,
        events.attendance_minutes,
        known_loads.known_on,
        events.source_system,
        events.source_instance,
        -- what the source says a code stands for comes before the code itself
        coalesce(mapped.category_code, own.category_code) as known_category_code,
        case when mapped.category_code is not null then mapped.is_absence else own.is_absence end
            as is_absence,
        case when mapped.category_code is not null then mapped.is_excused else own.is_excused end
            as is_excused,
        case
            when mapped.category_code is not null then mapped.default_fraction
            else own.default_fraction
        end as default_fraction
    from events
    left join known_loads
        on known_loads.load_id = events._load_id
    left join code_mappings
        on code_mappings.source_system = events.source_system
        and code_mappings.source_instance = events.source_instance
        and code_mappings.descriptor_namespace = events.category_namespace
        and code_mappings.code = events.category_code
    left join categories as mapped
        on mapped.code_source = events.source_system
        and mapped.category_code = code_mappings.mapped_code
    left join categories as own
        on own.code_source = events.source_system
        and own.category_code = events.category_code
),

measured as (
    select
        {%- for key in keys %}
        with_category.{{ key }},
        {%- endfor %}
        with_category.student_key,
        with_category.school_key,
        with_category.event_date,
        with_category.category_code,
        with_category.known_category_code,
        with_category.known_category_code is null as is_category_unmapped,
        with_category.is_absence,
        with_category.is_excused,
        with_category.event_duration,
        with_category.attendance_minutes,
        with_category.known_on,
        with_category.source_system,
        with_category.source_instance,
        case
            when with_category.known_category_code is null then null
            when not with_category.is_absence then 0
            -- an absence that says "0 of the day" has not said how much: the category decides
            when with_category.event_duration > 0 then least(with_category.event_duration, 1)
            else with_category.default_fraction
        end as absent_fraction
    from with_category
)

select * from measured
{%- endmacro %}
