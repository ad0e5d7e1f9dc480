-- One row per result and student id that its source offers. The system of record names the
-- student itself (`needs_second_attribute` false); every other source may use another
-- numbering.
with

unioned as (
    {%- for model in staging_of('assessment_student_ids').values() %}
        select * from {{ ref(model) }}
        union all
    {%- endfor %}
    select * from {{ ref('stg_star__student_ids') }}
    union all
    select * from {{ ref('stg_map_growth__student_ids') }}
    union all
    select * from {{ ref('stg_iready__student_ids') }}
    union all
    select * from {{ ref('stg_layouts__student_ids') }}
),

keyed as (
    select
        {{ surrogate_key(['unioned.source', 'unioned.result_id']) }} as assessment_result_key,
        unioned.source,
        unioned.source_instance,
        unioned.id_column,
        unioned.id_value,
        unioned.birth_date,
        unioned.first_name,
        unioned.last_name,
        unioned.needs_second_attribute
    from unioned
)

select * from keyed
