-- One row per academic record and GPA that the source stores itself: what ours is reconciled with.
with

records as (
    select * from {{ ref('stg_edfi__student_academic_records') }}
),

averages as (
    select * from {{ ref('stg_edfi__student_academic_record_averages') }}
),

together as (
    select
        student_key,
        education_organization_id,
        school_year,
        term_code,
        'on the record' as gpa_type_code,
        true as is_cumulative,
        cumulative_gpa as gpa
    from records
    where cumulative_gpa is not null
    union all
    select
        student_key,
        education_organization_id,
        school_year,
        term_code,
        'on the record' as gpa_type_code,
        false as is_cumulative,
        session_gpa as gpa
    from records
    where session_gpa is not null
    union all
    select
        student_key,
        education_organization_id,
        school_year,
        term_code,
        gpa_type_code,
        -- the source leaves this out for a GPA of the term
        coalesce(is_cumulative, false) as is_cumulative,
        gpa_value as gpa
    from averages
    where gpa_value is not null
),

keyed as (
    select
        {{ surrogate_key([
            'student_key', 'education_organization_id', 'school_year', 'term_code',
            'gpa_type_code', 'is_cumulative',
        ]) }} as reported_gpa_key,
        student_key,
        education_organization_id,
        school_year,
        term_code,
        gpa_type_code,
        is_cumulative,
        gpa
    from together
)

select * from keyed
