-- One row per academic record and GPA that the source system stores itself, as it stores it.
with

reported_gpas as (
    select * from {{ ref('can_reported_gpas') }}
),

selected as (
    select
        reported_gpa_key,
        student_key,
        education_organization_id,
        school_year,
        term_code,
        gpa_type_code,
        is_cumulative,
        gpa
    from reported_gpas
    -- a record of a later school year was not known on the as-of date
    where school_year <= {{ school_year_of(as_of_date()) }}
)

select * from selected
