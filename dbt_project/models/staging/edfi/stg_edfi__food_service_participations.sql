-- One row per student, program and begin date in food service (free or reduced meals).
{{ edfi_program_association('student_school_food_service_program_associations') }}
