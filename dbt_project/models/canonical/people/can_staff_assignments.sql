-- One row per assignment of a staff member: to a section, to a school or to a position.
with

section_associations as (
    {{ union_of_sources('staff_of_sections', {
        'staff_key': 'bigint',
        'school_key': 'bigint',
        'section_key': 'bigint',
        'school_id': 'text',
        'position_code': 'text',
        'begin_date': 'date',
        'end_date': 'date',
    }) }}
),

school_associations as (
    {{ union_of_sources('staff_of_schools', {
        'staff_key': 'bigint',
        'school_key': 'bigint',
        'school_id': 'text',
        'school_year': 'integer',
        'program_assignment_code': 'text',
    }) }}
),

positions as (
    {{ union_of_sources('staff_positions', {
        'staff_key': 'bigint',
        'education_organization_id': 'text',
        'classification_code': 'text',
        'begin_date': 'date',
        'end_date': 'date',
    }) }}
),

crosswalk as (
    {{ codes_of_sources(ref('xwalk_staff_roles'), ['role_code']) }}
),

together as (
    select
        staff_key,
        'section' as assignment_type,
        school_key,
        section_key,
        school_id as education_organization_id,
        position_code as role_code,
        cast(null as text) as detail,
        begin_date,
        end_date,
        source_system,
        source_instance
    from section_associations
    union all
    select
        staff_key,
        'school' as assignment_type,
        school_key,
        cast(null as bigint) as section_key,
        school_id as education_organization_id,
        cast(null as text) as role_code,
        -- the year and the program keep two assignments to one school apart
        program_assignment_code || coalesce(' ' || cast(school_year as text), '') as detail,
        cast(null as date) as begin_date,
        cast(null as date) as end_date,
        source_system,
        source_instance
    from school_associations
    union all
    select
        staff_key,
        'position' as assignment_type,
        -- a position at the district has no school; the id below says where it is
        {{ surrogate_key(['education_organization_id']) }} as school_key,
        cast(null as bigint) as section_key,
        education_organization_id,
        classification_code as role_code,
        cast(null as text) as detail,
        begin_date,
        end_date,
        source_system,
        source_instance
    from positions
),

roled as (
    select
        {{ surrogate_key([
            'together.staff_key', 'together.assignment_type', 'together.education_organization_id',
            'together.section_key', 'together.role_code', 'together.detail', 'together.begin_date',
        ]) }} as assignment_key,
        together.staff_key,
        together.assignment_type,
        together.school_key,
        together.section_key,
        together.education_organization_id,
        together.role_code,
        case
            when together.role_code is null then null
            else coalesce(crosswalk.role, 'unmapped')
        end as role,
        together.begin_date,
        together.end_date,
        together.source_system,
        together.source_instance
    from together
    left join crosswalk
        on crosswalk.code_source = together.source_system
        and crosswalk.role_code = together.role_code
)

select * from roled
