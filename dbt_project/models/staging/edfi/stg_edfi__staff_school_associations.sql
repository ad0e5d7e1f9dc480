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

newest as (
    {{ newest_version('renamed', [
        'staff_id', 'school_id', 'program_assignment_code', 'school_year',
    ], {
        'assignment_key':
            surrogate_key(['staff_id', 'school_id', 'program_assignment_code', 'school_year']),
        'staff_key': natural_key('staffs', ['staff_id']),
        'school_key': surrogate_key(['school_id']),
    }) }}
)

select * from newest
