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

{{ key_case('edfi', natural_keys) }}

select * from judged
