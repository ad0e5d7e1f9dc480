-- One row per student, action identifier and date.
with

discipline_actions as (
    {{ current_rows(source('edfi', 'discipline_actions')) }}
),

renamed as (
    select
        {{ json_text('payload', ['studentReference', 'studentUniqueId']) }} as student_id,
        {{ json_text('payload', ['disciplineActionIdentifier']) }} as action_id,
        {{ json_text('payload', ['responsibilitySchoolReference', 'schoolId']) }} as school_id,
        {{ safe_date(json_text('payload', ['disciplineDate'])) }} as action_date,
        {{ safe_numeric(json_text('payload', ['disciplineActionLength'])) }} as planned_length_days,
        {{ safe_numeric(json_text('payload', ['actualDisciplineActionLength'])) }}
            as actual_length_days,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from discipline_actions
),

newest as (
    {{ newest_version('renamed', ['student_id', 'action_id', 'action_date'], {
        'student_key': natural_key('students', ['student_id']),
        'school_key': surrogate_key(['school_id']),
    }) }}
)

select * from newest
