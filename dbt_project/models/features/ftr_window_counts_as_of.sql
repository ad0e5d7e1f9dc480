-- One row per student enrolled on an as-of date to be written, and that date: how much of
-- everything that is counted lay inside its window and was known by then.
--
-- A fact adds to a count on the date since when it is known and takes the same away on the date on
-- which it leaves the window. A running sum over these changes is the count on any date, so no
-- as-of date is computed on its own.
{#- the first five count days, in fractions -#}
{%- set counts = [
    'days_absent', 'days_absent_30d', 'days_absent_90d', 'days_excuse_known', 'days_unexcused',
    'unknown_days', 'days_without_sections', 'suspension_count', 'incident_count_90d',
    'school_change_count', 'sections_begun', 'sections_open',
] %}
with

as_of_dates as (
    select * from {{ ref('ftr_as_of_dates') }}
    where is_to_be_written
),

enrolled as (
    select * from {{ ref('ftr_enrollment_as_of') }}
),

absence_steps as (
    select * from {{ ref('ftr_absence_step') }}
),

incidents as (
    select * from {{ ref('fct_discipline_incident') }}
    where counts_as_referral
        and incident_date is not null
),

actions as (
    select * from {{ ref('fct_discipline_action') }}
    where is_suspension
),

spans as (
    select * from {{ ref('fct_enrollment_span') }}
    where is_school_change
),

section_enrollments as (
    select * from {{ ref('fct_section_enrollment') }}
    where not coalesce(is_homeroom, false)
),

absences as (
    select
        absence_steps.student_key,
        absence_steps.days_absent,
        absence_steps.days_excuse_known,
        absence_steps.days_unexcused,
        absence_steps.unknown_days,
        absence_steps.days_without_sections,
        absence_steps.known_from,
        -- every count of attendance begins anew with the school year
        {{ first_day_of_school_year('absence_steps.school_year + 1') }} as year_left_on,
        least(
            {{ days_before(-30, 'absence_steps.absence_date') }},
            {{ first_day_of_school_year('absence_steps.school_year + 1') }}
        ) as left_30d_on,
        least(
            {{ days_before(-90, 'absence_steps.absence_date') }},
            {{ first_day_of_school_year('absence_steps.school_year + 1') }}
        ) as left_90d_on
    from absence_steps
),

referrals as (
    select
        incidents.student_key,
        {{ known_from('incidents.incident_date', 'incidents.known_on') }} as known_from,
        {{ days_before(-90, 'incidents.incident_date') }} as left_90d_on
    from incidents
),

suspensions as (
    select
        actions.student_key,
        {{ known_from('actions.action_date', 'actions.known_on') }} as known_from,
        {{ first_day_of_school_year(school_year_of('actions.action_date') ~ ' + 1') }}
            as year_left_on
    from actions
),

-- where a student goes to school is taken as it is known now: a closed enrolment is a new version
-- of the whole record, and would otherwise hide the time before
school_changes as (
    select
        spans.student_key,
        spans.first_date as known_from,
        {{ days_before(-365, 'spans.first_date') }} as left_365d_on
    from spans
),

sections as (
    select
        section_enrollments.student_key,
        section_enrollments.begin_date as known_from,
        {{ days_before(-1, 'section_enrollments.end_date') }} as closed_on,
        {{ first_day_of_school_year(school_year_of('section_enrollments.begin_date') ~ ' + 1') }}
            as year_left_on
    from section_enrollments
    -- a class closed before it began was none, and would take another away
    where coalesce(section_enrollments.end_date >= section_enrollments.begin_date, true)
),

changes as (
    {{- count_change(counts, 'absences', 'absences.known_from', {
        'days_absent': 'absences.days_absent',
        'days_absent_30d':
            'case when absences.known_from < absences.left_30d_on then absences.days_absent'
            ~ ' else 0 end',
        'days_absent_90d':
            'case when absences.known_from < absences.left_90d_on then absences.days_absent'
            ~ ' else 0 end',
        'days_excuse_known': 'absences.days_excuse_known',
        'days_unexcused': 'absences.days_unexcused',
        'unknown_days': 'absences.unknown_days',
        'days_without_sections': 'absences.days_without_sections',
    }) }}
    where absences.known_from < absences.year_left_on
    union all
    {{- count_change(counts, 'absences', 'absences.left_30d_on', {
        'days_absent_30d': '-absences.days_absent',
    }) }}
    where absences.known_from < absences.left_30d_on
        and absences.days_absent != 0
    union all
    {{- count_change(counts, 'absences', 'absences.left_90d_on', {
        'days_absent_90d': '-absences.days_absent',
    }) }}
    where absences.known_from < absences.left_90d_on
        and absences.days_absent != 0
    union all
    {{- count_change(counts, 'absences', 'absences.year_left_on', {
        'days_absent': '-absences.days_absent',
        'days_excuse_known': '-absences.days_excuse_known',
        'days_unexcused': '-absences.days_unexcused',
        'unknown_days': '-absences.unknown_days',
        'days_without_sections': '-absences.days_without_sections',
    }) }}
    where absences.known_from < absences.year_left_on
    union all
    {{- count_change(counts, 'referrals', 'referrals.known_from', {'incident_count_90d': '1'}) }}
    where referrals.known_from < referrals.left_90d_on
    union all
    {{- count_change(counts, 'referrals', 'referrals.left_90d_on', {'incident_count_90d': '-1'}) }}
    where referrals.known_from < referrals.left_90d_on
    union all
    {{- count_change(counts, 'suspensions', 'suspensions.known_from', {'suspension_count': '1'}) }}
    where suspensions.known_from < suspensions.year_left_on
    union all
    {{- count_change(counts, 'suspensions', 'suspensions.year_left_on', {
        'suspension_count': '-1',
    }) }}
    where suspensions.known_from < suspensions.year_left_on
    union all
    {{- count_change(counts, 'school_changes', 'school_changes.known_from', {
        'school_change_count': '1',
    }) }}
    union all
    {{- count_change(counts, 'school_changes', 'school_changes.left_365d_on', {
        'school_change_count': '-1',
    }) }}
    union all
    {{- count_change(counts, 'sections', 'sections.known_from', {
        'sections_begun': '1', 'sections_open': '1',
    }) }}
    union all
    {{- count_change(counts, 'sections', 'sections.closed_on', {'sections_open': '-1'}) }}
    where sections.closed_on is not null
    union all
    {{- count_change(counts, 'sections', 'sections.year_left_on', {'sections_begun': '-1'}) }}
),

change_dates as (
    select distinct changes.change_date
    from changes
),

-- a change shows on the first as-of date that is not before it; after the last one it shows nowhere
shown as (
    select
        change_dates.change_date,
        min(as_of_dates.as_of_date) as as_of_date
    from change_dates
    inner join as_of_dates
        on as_of_dates.as_of_date >= change_dates.change_date
    group by change_dates.change_date
),

summed as (
    select
        changes.student_key,
        shown.as_of_date,
        {{- each_column(counts, 'sum(changes.%s)') }}
    from changes
    inner join shown
        on shown.change_date = changes.change_date
    group by changes.student_key, shown.as_of_date
),

-- not enrolled on a date, a student has changes on it and no row of its own
together as (
    select
        summed.student_key,
        summed.as_of_date,
        false as is_enrolled,
        {{- each_column(counts, 'summed.%s') }}
    from summed
    union all
    select
        enrolled.student_key,
        enrolled.as_of_date,
        true as is_enrolled,
        {{- each_column(counts, '0') }}
    from enrolled
),

-- with all rows of the date, whichever comes first
running as (
    select
        together.student_key,
        together.as_of_date,
        together.is_enrolled,
        {{- each_column(
            counts,
            'sum(together.%s) over (partition by together.student_key order by together.as_of_date)'
        ) }}
    from together
),

counted as (
    select
        running.student_key,
        running.as_of_date,
        {{- each_column(counts[:5], 'running.%s') }},
        {{- each_column(counts[5:], 'cast(running.%s as integer)') }}
    from running
    where running.is_enrolled
)

select * from counted
