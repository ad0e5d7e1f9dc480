-- One row per i-Ready diagnostic and student id that the file offers, with the second
-- attributes beside it. The file has no birth date, so only the name can agree.
with

diagnostic_results as (
    select * from {{ ref('stg_iready__diagnostic_results') }}
),

listed as (
    select
        'iready' as source,
        diagnostic_results.result_id,
        diagnostic_results.source_instance,
        candidate.id_column,
        candidate.id_value,
        cast(null as date) as birth_date,
        {{ vendor_name('diagnostic_results.first_name') }} as first_name,
        {{ vendor_name('diagnostic_results.last_name') }} as last_name,
        -- the vendor's ids may be of another numbering
        true as needs_second_attribute
    from diagnostic_results
    cross join lateral {{ unpivot([
        ["'student_id'", "diagnostic_results.student_id"],
        ["'student_state_id'", "diagnostic_results.student_state_id"],
    ]) }} as candidate (id_column, id_value)
    where candidate.id_value is not null
)

select * from listed
