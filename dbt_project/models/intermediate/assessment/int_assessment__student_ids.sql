-- One row per result and student id that its source offers. The system of record names the
-- student itself (`needs_second_attribute` false); every other source may use another
-- numbering.
with

unioned as (
    select
        'edfi' as source,
        result_id,
        'student_unique_id' as id_column,
        student_id as id_value,
        cast(null as date) as birth_date,
        cast(null as {{ dbt.type_string() }}) as first_name,
        cast(null as {{ dbt.type_string() }}) as last_name,
        false as needs_second_attribute
    from {{ ref('stg_edfi__student_assessments') }}
    where student_id is not null
    union all
    select *, true as needs_second_attribute from {{ ref('stg_star__student_ids') }}
    union all
    select *, true as needs_second_attribute from {{ ref('stg_map_growth__student_ids') }}
    union all
    select *, true as needs_second_attribute from {{ ref('stg_iready__student_ids') }}
),

keyed as (
    select
        {{ surrogate_key(['unioned.source', 'unioned.result_id']) }} as assessment_result_key,
        unioned.source,
        unioned.id_column,
        unioned.id_value,
        unioned.birth_date,
        unioned.first_name,
        unioned.last_name,
        unioned.needs_second_attribute
    from unioned
)

select * from keyed
