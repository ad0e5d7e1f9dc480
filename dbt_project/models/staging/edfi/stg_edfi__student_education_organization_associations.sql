-- One row per student and organisation: demographics up to data standard 5.
{{ edfi_student_demographics('student_education_organization_associations') }}
