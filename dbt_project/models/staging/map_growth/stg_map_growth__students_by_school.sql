-- One row per term, school and student of MAP Growth.
with

students_by_school as (
    {{ current_rows(source('map_growth', 'students_by_school'), source('files', 'cell_names')) }}
),

renamed as (
    select
        {{ cell_text('term_name') }} as term_name,
        {{ cell_text('school_name') }} as school_name,
        {{ vendor_id(cell_text('student_id')) }} as student_id,
        {{ vendor_id(cell_text('student_state_id')) }} as student_state_id,
        {{ cell_text('student_first_name') }} as first_name,
        {{ cell_text('student_last_name') }} as last_name,
        coalesce(
            {{ cell_text('nwea_standard_grade') }}, {{ cell_text('grade') }}
        ) as test_grade_code,
        {{ vendor_date(cell_text('student_date_of_birth')) }} as birth_date,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from students_by_school
),

newest as (
    {{ newest_version('renamed', ['term_name', 'school_name', 'student_id']) }}
)

select * from newest
