-- One row per Star test and student id that the file offers, with the second attributes beside
-- it.
with

results as (
    select * from {{ ref('stg_star__results') }}
),

listed as (
    select
        'star' as source,
        results.result_id,
        results.source_instance,
        candidate.id_column,
        {{ vendor_id('candidate.id_value') }} as id_value,
        results.birth_date,
        {{ vendor_name('results.first_name') }} as first_name,
        {{ vendor_name('results.last_name') }} as last_name
    from results
    cross join lateral {{ unpivot([
        ["'student_identifier'", "results.student_identifier"],
        ["'student_sourced_id'", "results.student_sourced_id"],
        ["'student_state_id'", "results.student_state_id"],
        ["'student_user_id'", "results.student_user_id"],
        ["'student_display_id'", "results.student_display_id"],
    ]) }} as candidate (id_column, id_value)
),

usable as (
    select
        listed.source,
        listed.result_id,
        listed.source_instance,
        listed.id_column,
        listed.id_value,
        listed.birth_date,
        listed.first_name,
        listed.last_name,
        -- the vendor's ids may be of another numbering
        true as needs_second_attribute
    from listed
    where listed.id_value is not null
)

select * from usable
