-- One row per entity that others refer to: whether two of its live records have natural keys that
-- differ in case only.
{%- set school = ['schoolReference', 'schoolId'] %}
{%- set year = ['schoolYearTypeReference', 'schoolYear'] %}
{%- set offering = ['schoolId', 'schoolYear', 'sessionName', 'localCourseCode'] %}
{%- set organization = ['educationOrganizationReference', 'educationOrganizationId'] %}
{%- set natural_keys = {
    'students': [['studentUniqueId']],
    'staffs': [['staffUniqueId']],
    'sessions': [school, year, ['sessionName']],
    'course_offerings': [
        school, ['sessionReference', 'schoolYear'], ['sessionReference', 'sessionName'],
        ['localCourseCode'],
    ],
    'sections': [
        ['courseOfferingReference', 'schoolId'], ['courseOfferingReference', 'schoolYear'],
        ['courseOfferingReference', 'sessionName'], ['courseOfferingReference', 'localCourseCode'],
        ['sectionIdentifier'],
    ],
    'courses': [organization, ['courseCode']],
    'calendars': [school, year, ['calendarCode']],
    'grading_periods': [school, year, ['gradingPeriodName']],
    'discipline_incidents': [school, ['incidentIdentifier']],
    'interventions': [organization, ['interventionIdentificationCode']],
    'learning_standards': [['learningStandardId']],
    'assessments': [['namespace'], ['assessmentIdentifier']],
    'objective_assessments': [
        ['assessmentReference', 'namespace'], ['assessmentReference', 'assessmentIdentifier'],
        ['identificationCode'],
    ],
} %}
with

{% for entity in natural_keys -%}
    {{ entity }} as (
        {{ current_rows(source('edfi', entity)) }}
    ),

{% endfor -%}
keys as (
    {%- for entity, parts in natural_keys.items() %}
        {%- set exact = [] %}
        {%- set folded = [] %}
        {%- for part in parts %}
            {%- do exact.append(json_text(entity ~ '.payload', part)) %}
            {%- do folded.append('upper(' ~ json_text(entity ~ '.payload', part) ~ ')') %}
        {%- endfor %}
        select
            '{{ entity }}' as entity,
            {{ surrogate_key(exact) }} as exact_key,
            {{ surrogate_key(folded) }} as folded_key
        from {{ entity }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
),

spellings as (
    select
        keys.entity,
        keys.folded_key,
        count(distinct keys.exact_key) as spelling_count
    from keys
    group by keys.entity, keys.folded_key
),

judged as (
    select
        spellings.entity,
        max(case when spellings.spelling_count > 1 then 1 else 0 end) = 1 as is_case_sensitive
    from spellings
    group by spellings.entity
)

select * from judged
