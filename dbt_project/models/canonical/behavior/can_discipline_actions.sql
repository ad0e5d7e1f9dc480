-- One row per disciplinary action of a student and kind of action: an action that is both an
-- in-school and an out-of-school suspension is two rows, two disciplines of one kind are one.
with

actions as (
    {{ union_of_sources('discipline_actions', {
        'student_key': 'bigint',
        'school_key': 'bigint',
        'action_id': 'text',
        'action_date': 'date',
        'planned_length_days': 'numeric',
        'actual_length_days': 'numeric',
        '_load_id': 'bigint',
    }) }}
),

disciplines as (
    {{ union_of_sources('discipline_action_disciplines', {
        'student_key': 'bigint',
        'action_id': 'text',
        'action_date': 'date',
        'discipline_namespace': 'text',
        'discipline_code': 'text',
    }) }}
),

known_loads as (
    select * from {{ ref('stg_ops__load_known_on') }}
),

code_mappings as (
    select * from {{ ref('can_code_mappings') }}
),

crosswalk as (
    {{ codes_of_sources(ref('xwalk_disciplines'), ['discipline_code']) }}
),

typed as (
    select distinct
        actions.student_key,
        actions.school_key,
        actions.action_id,
        actions.action_date,
        -- an action without any discipline, or with an unknown one, is kept and reported; what the
        -- source says a code stands for comes before the code itself
        coalesce(mapped.action_type, own.action_type, 'unmapped') as action_type,
        coalesce(actions.actual_length_days, actions.planned_length_days) as length_days,
        known_loads.known_on,
        actions.source_system,
        actions.source_instance
    from actions
    left join known_loads
        on known_loads.load_id = actions._load_id
    left join disciplines
        on disciplines.student_key = actions.student_key
        and disciplines.action_id = actions.action_id
        and disciplines.action_date = actions.action_date
    left join code_mappings
        on code_mappings.source_system = actions.source_system
        and code_mappings.source_instance = actions.source_instance
        and code_mappings.descriptor_namespace = disciplines.discipline_namespace
        and code_mappings.code = disciplines.discipline_code
    left join crosswalk as mapped
        on mapped.code_source = actions.source_system
        and mapped.discipline_code = code_mappings.mapped_code
    left join crosswalk as own
        on own.code_source = actions.source_system
        and own.discipline_code = disciplines.discipline_code
),

keyed as (
    select
        {{ surrogate_key([
            'student_key', 'action_id', 'action_date', 'action_type',
        ]) }} as action_key,
        student_key,
        school_key,
        action_id,
        action_date,
        action_type,
        length_days,
        known_on,
        source_system,
        source_instance
    from typed
)

select * from keyed
