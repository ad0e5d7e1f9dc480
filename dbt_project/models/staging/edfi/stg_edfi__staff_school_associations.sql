-- One row per staff member, school and program assignment.
with

staff_school_associations as (
    {{ current_rows(source('edfi', 'staff_school_associations')) }}
),

renamed as (
    select
        {{ json_text('payload', ['staffReference', 'staffUniqueId']) }} as staff_id,
        {{ json_text('payload', ['schoolReference', 'schoolId']) }} as school_id,
        {{ descriptor_code(json_text('payload', ['programAssignmentDescriptor'])) }}
            as program_assignment_code,
        cast(
            {{ safe_numeric(json_text('payload', ['schoolYearTypeReference', 'schoolYear'])) }}
            as integer
        ) as school_year,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from staff_school_associations
),

numbered as (
    select
        {{ surrogate_key([
            'staff_id', 'school_id', 'program_assignment_code', 'school_year',
        ]) }} as assignment_key,
        {{ natural_key('staffs', ['staff_id']) }} as staff_key,
        {{ surrogate_key(['school_id']) }} as school_key,
        staff_id,
        school_id,
        program_assignment_code,
        school_year,
        _record_key,
        _loaded_at,
        -- the newest version of a natural key wins; the record key breaks a tie
        row_number() over (
            partition by staff_id, school_id, program_assignment_code, school_year
            order by _load_id desc, _loaded_at desc, _record_key
        ) as version_number
    from renamed
),

newest as (
    select
        assignment_key,
        staff_key,
        school_key,
        staff_id,
        school_id,
        program_assignment_code,
        school_year,
        _record_key,
        _loaded_at
    from numbered
    where version_number = 1
)

select * from newest
