-- One row per student and organisation: demographics since data standard 6.
{{ edfi_student_demographics('student_demographics') }}
