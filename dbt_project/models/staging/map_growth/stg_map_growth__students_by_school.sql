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

numbered as (
    select
        renamed.term_name,
        renamed.school_name,
        renamed.student_id,
        renamed.student_state_id,
        renamed.first_name,
        renamed.last_name,
        renamed.test_grade_code,
        renamed.birth_date,
        renamed._record_key,
        renamed._loaded_at,
        -- the newest row of a natural key wins; the record key breaks a tie
        row_number() over (
            partition by renamed.term_name, renamed.school_name, renamed.student_id
            order by renamed._load_id desc, renamed._record_key
        ) as version_number
    from renamed
),

newest as (
    select
        numbered.term_name,
        numbered.school_name,
        numbered.student_id,
        numbered.student_state_id,
        numbered.first_name,
        numbered.last_name,
        numbered.test_grade_code,
        numbered.birth_date,
        numbered._record_key,
        numbered._loaded_at
    from numbered
    where numbered.version_number = 1
)

select * from newest
