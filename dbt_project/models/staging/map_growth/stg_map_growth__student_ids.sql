-- One row per MAP Growth test and student id that the file offers, with the second attributes
-- beside it.
with

tests as (
    select * from {{ ref('stg_map_growth__tests') }}
),

listed as (
    select
        'map_growth' as source,
        tests.result_id,
        tests.source_instance,
        candidate.id_column,
        candidate.id_value,
        tests.birth_date,
        {{ vendor_name('tests.first_name') }} as first_name,
        {{ vendor_name('tests.last_name') }} as last_name,
        -- the vendor's ids may be of another numbering
        true as needs_second_attribute
    from tests
    cross join lateral {{ unpivot([
        ["'student_id'", "tests.student_id"],
        ["'student_state_id'", "tests.student_state_id"],
    ]) }} as candidate (id_column, id_value)
    where candidate.id_value is not null
)

select * from listed
