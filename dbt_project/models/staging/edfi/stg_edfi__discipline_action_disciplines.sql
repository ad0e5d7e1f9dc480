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

newest as (
    {{ newest_version('renamed', ['student_id', 'action_id', 'action_date', 'discipline_code'], {
        'student_key': natural_key('students', ['student_id']),
    }) }}
)

select * from newest
