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

numbered as (
    select
        {{ natural_key('students', ['student_id']) }} as student_key,
        {{ surrogate_key(['school_id']) }} as school_key,
        student_id,
        action_id,
        school_id,
        action_date,
        planned_length_days,
        actual_length_days,
        _record_key,
        _load_id,
        _loaded_at,
        -- the newest version of a natural key wins; the record key breaks a tie
        row_number() over (
            partition by student_id, action_id, action_date
            order by _load_id desc, _loaded_at desc, _record_key
        ) as version_number
    from renamed
),

newest as (
    select
        student_key,
        school_key,
        student_id,
        action_id,
        school_id,
        action_date,
        planned_length_days,
        actual_length_days,
        _record_key,
        _load_id,
        _loaded_at
    from numbered
    where version_number = 1
)

select * from newest
