-- One row per student enrolled on an as-of date to be written, and that date, with an incident or
-- an action in the behavior window of the school: what was known of them by then.
with

enrolled as (
    select * from {{ ref('ftr_enrollment_as_of') }}
),

schools as (
    select * from {{ ref('ftr_school_as_of') }}
),

incidents as (
    select * from {{ ref('fct_discipline_incident') }}
    where incident_date is not null
        and (counts_as_referral or participation = 'unmapped')
),

actions as (
    select * from {{ ref('fct_discipline_action') }}
),

events as (
    select
        incidents.student_key,
        incidents.incident_date as event_date,
        {{ known_from('incidents.incident_date', 'incidents.known_on') }} as known_from,
        case
            when incidents.counts_as_referral then 'incident_count'
            else 'unknown_part_count'
        end as counted_as
    from incidents
    union all
    select
        actions.student_key,
        actions.action_date as event_date,
        {{ known_from('actions.action_date', 'actions.known_on') }} as known_from,
        case actions.action_type
            when 'in_school_suspension' then 'in_school_count'
            when 'out_of_school_suspension' then 'out_of_school_count'
            when 'expulsion' then 'expulsion_count'
            when 'unmapped' then 'unmapped_count'
        end as counted_as
    from actions
),

in_window as (
    select
        enrolled.student_key,
        enrolled.as_of_date,
        events.counted_as
    from events
    inner join enrolled
        on enrolled.student_key = events.student_key
        and enrolled.as_of_date >= events.known_from
    inner join schools
        on schools.school_key = enrolled.school_key
        and schools.as_of_date = enrolled.as_of_date
        and events.event_date between schools.window_start_date and schools.window_end_date
),

counted as (
    select
        in_window.student_key,
        in_window.as_of_date,
        {{- each_column(
            [
                'incident_count', 'unknown_part_count', 'in_school_count', 'out_of_school_count',
                'expulsion_count', 'unmapped_count',
            ],
            "cast(sum(case when in_window.counted_as = '%s' then 1 else 0 end) as integer)"
        ) }}
    from in_window
    group by in_window.student_key, in_window.as_of_date
)

select * from counted
