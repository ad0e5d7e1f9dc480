{{ config(severity='warn', meta={'owner': 'student-services'}) }}
-- What it finds: disciplinary actions without any discipline.
-- When it matters: nobody can tell whether it was a suspension; the action is kept as `unmapped`.
-- How to resolve: complete the action in the source system.
with

actions as (
    {{ union_of_sources('discipline_actions', {
        'student_key': 'bigint', 'action_id': 'text', 'action_date': 'date',
    }) }}
),

disciplines as (
    {{ union_of_sources('discipline_action_disciplines', {
        'student_key': 'bigint', 'action_id': 'text', 'action_date': 'date',
    }) }}
),

without_discipline as (
    select
        actions.student_key,
        actions.action_id,
        actions.action_date
    from actions
    left join disciplines
        on disciplines.student_key = actions.student_key
        and disciplines.action_id = actions.action_id
        and disciplines.action_date = actions.action_date
    where disciplines.action_id is null
)

select * from without_discipline
