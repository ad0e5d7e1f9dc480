-- One row per action and discipline.
with

discipline_actions as (
    {{ current_rows(source('edfi', 'discipline_actions')) }}
),

renamed as (
    select
        {{ json_text('discipline_actions.payload', ['studentReference', 'studentUniqueId']) }}
            as student_id,
        {{ json_text('discipline_actions.payload', ['disciplineActionIdentifier']) }} as action_id,
        {{ safe_date(json_text('discipline_actions.payload', ['disciplineDate'])) }} as action_date,
        {{ descriptor_namespace(json_text('listed.item', ['disciplineDescriptor'])) }}
            as discipline_namespace,
        {{ descriptor_code(json_text('listed.item', ['disciplineDescriptor'])) }}
            as discipline_code,
        discipline_actions.record_key as _record_key,
        discipline_actions.load_id as _load_id,
        discipline_actions.loaded_at as _loaded_at
    from discipline_actions
    cross join lateral {{ json_list('discipline_actions.payload', ['disciplines']) }} as listed
),

numbered as (
    select
        {{ natural_key('students', ['student_id']) }} as student_key,
        student_id,
        action_id,
        action_date,
        discipline_namespace,
        discipline_code,
        _record_key,
        _loaded_at,
        -- the newest version of a natural key wins; the record key breaks a tie
        row_number() over (
            partition by student_id, action_id, action_date, discipline_code
            order by _load_id desc, _loaded_at desc, _record_key
        ) as version_number
    from renamed
),

newest as (
    select
        student_key,
        student_id,
        action_id,
        action_date,
        discipline_namespace,
        discipline_code,
        _record_key,
        _loaded_at
    from numbered
    where version_number = 1
)

select * from newest
