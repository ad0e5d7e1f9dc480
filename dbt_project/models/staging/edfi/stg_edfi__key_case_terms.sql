-- One row per entity: sessions, calendars and grading periods. Whether two of its live records have
-- natural keys that differ in case only.
{%- set school = ['schoolReference', 'schoolId'] %}
{%- set year = ['schoolYearTypeReference', 'schoolYear'] %}
{%- set natural_keys = {
    'sessions': [school, year, ['sessionName']],
    'calendars': [school, year, ['calendarCode']],
    'grading_periods': [school, year, ['gradingPeriodName']],
} %}
with

{{ key_case('edfi', natural_keys) }}

select * from judged
