-- One row per academic record and GPA that the source stores itself: what ours is reconciled with.
with

records as (
    {{ union_of_sources('academic_records', {
        'student_key': 'bigint',
        'education_organization_id': 'text',
        'school_year': 'integer',
        'term_code': 'text',
        'cumulative_gpa': 'numeric',
        'session_gpa': 'numeric',
    }) }}
),

averages as (
    {{ union_of_sources('reported_gpas', {
        'student_key': 'bigint',
        'education_organization_id': 'text',
        'school_year': 'integer',
        'term_code': 'text',
        'gpa_type_code': 'text',
        'gpa_value': 'numeric',
        'is_cumulative': 'boolean',
    }) }}
),

together as (
    select
        student_key,
        education_organization_id,
        school_year,
        term_code,
        'on the record' as gpa_type_code,
        true as is_cumulative,
        cumulative_gpa as gpa,
        source_system,
        source_instance
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
        session_gpa as gpa,
        source_system,
        source_instance
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
        gpa_value as gpa,
        source_system,
        source_instance
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
        gpa,
        source_system,
        source_instance
    from together
)

select * from keyed
