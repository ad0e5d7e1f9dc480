-- One row per student, section and store code: the grade as stored, or as the gradebook has it.
with

pgfinalgrades as (
    {{ current_rows(source('powerschool', 'pgfinalgrades')) }}
),

storedgrades as (
    {{ current_rows(source('powerschool', 'storedgrades')) }}
),

gradescaleitem as (
    {{ current_rows(source('powerschool', 'gradescaleitem')) }}
),

students as (
    select * from {{ ref('stg_powerschool__students') }}
),

sections as (
    select * from {{ ref('stg_powerschool__sections') }}
),

grading_periods as (
    select * from {{ ref('stg_powerschool__grading_periods') }}
),

letters_from_zero as (
    select distinct
        {{ json_text('payload', ['gradescaleid']) }} as grade_scale_id,
        upper({{ plain_minus(json_text('payload', ['name'])) }}) as letter_grade
    from gradescaleitem
    where {{ safe_numeric(json_text('payload', ['cutoffpercentage'])) }} <= 0
),

together as (
    select
        {{ json_text('payload', ['studentid']) }} as powerschool_student_id,
        ltrim({{ json_text('payload', ['sectionid']) }}, '-') as powerschool_section_id,
        upper({{ json_text('payload', ['finalgradename']) }}) as store_code,
        upper({{ plain_minus(json_text('payload', ['grade'])) }}) as letter_grade,
        {{ safe_numeric(json_text('payload', ['percent'])) }} as numeric_grade,
        coalesce({{ json_text('payload', ['isexempt']) }} = '1', false) as is_exempt,
        coalesce({{ json_text('payload', ['isincomplete']) }} = '1', false) as is_incomplete,
        false as is_stored,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from pgfinalgrades
    union all
    select
        {{ json_text('payload', ['studentid']) }} as powerschool_student_id,
        ltrim({{ json_text('payload', ['sectionid']) }}, '-') as powerschool_section_id,
        upper({{ json_text('payload', ['storecode']) }}) as store_code,
        upper({{ plain_minus(json_text('payload', ['grade'])) }}) as letter_grade,
        {{ safe_numeric(json_text('payload', ['percent'])) }} as numeric_grade,
        false as is_exempt,
        false as is_incomplete,
        true as is_stored,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from storedgrades
    -- without one it is of no period; with credit it stands on the transcript
    where {{ json_text('payload', ['storecode']) }} is not null
),

-- `--` is an empty line of the gradebook; its percent is 0, as beside a letter that was typed in
meant as (
    select
        together.powerschool_student_id,
        together.powerschool_section_id,
        together.store_code,
        sections.section_key,
        sections.school_key,
        sections.school_id,
        sections.school_year,
        sections.local_course_key,
        case
            when together.is_exempt or together.letter_grade = '--' then null
            when together.is_incomplete then 'I'
            else together.letter_grade
        end as letter_grade,
        case
            when together.is_exempt or together.is_incomplete or together.letter_grade = '--'
                then null
            when together.numeric_grade = 0
                and together.letter_grade is not null
                and letters_from_zero.letter_grade is null
                then null
            else together.numeric_grade
        end as numeric_grade,
        together.is_stored,
        together._record_key,
        together._load_id,
        together._loaded_at
    from together
    inner join sections
        on sections.powerschool_section_id = together.powerschool_section_id
    left join letters_from_zero
        on letters_from_zero.grade_scale_id = sections.grade_scale_id
        and letters_from_zero.letter_grade = together.letter_grade
),

said as (
    select
        meant.powerschool_student_id,
        meant.powerschool_section_id,
        meant.store_code,
        meant.section_key,
        meant.school_key,
        meant.school_id,
        meant.school_year,
        meant.local_course_key,
        meant.letter_grade,
        meant.numeric_grade,
        meant.is_stored,
        meant._record_key,
        meant._load_id,
        meant._loaded_at,
        -- what the office stored as the gradebook had it was known since the gradebook had it
        min(meant._load_id) over (
            partition by
                meant.powerschool_student_id, meant.powerschool_section_id, meant.store_code,
                meant.letter_grade, meant.numeric_grade
        ) as first_load_id,
        row_number() over (
            partition by
                meant.powerschool_student_id, meant.powerschool_section_id, meant.store_code
            order by
                case when meant.is_stored then 0 else 1 end,
                meant._load_id desc,
                meant._loaded_at desc,
                meant._record_key
        ) as rank_of_source
    from meant
    where meant.letter_grade is not null
        or meant.numeric_grade is not null
),

keyed as (
    select
        said.powerschool_student_id || ' ' || said.powerschool_section_id || ' '
        || said.store_code as _record_key,
        students.student_key,
        said.section_key,
        said.school_key,
        coalesce(
            grading_periods.grading_period_key,
            {{ natural_key('grading_periods', [
                'said.school_id', 'said.school_year', 'said.store_code',
            ]) }}
        ) as grading_period_key,
        said.school_id as period_school_id,
        said.school_year as period_school_year,
        said.local_course_key,
        cast(null as {{ dbt.type_string() }}) as grade_type_namespace,
        -- the letter of a store code says the kind of period, its digit which one
        lower(substr(said.store_code, 1, 1)) as grade_type_code,
        said.letter_grade,
        said.numeric_grade,
        said.is_stored,
        said.first_load_id as _load_id,
        said._loaded_at
    from said
    inner join students
        on students.powerschool_student_id = said.powerschool_student_id
    left join grading_periods
        on grading_periods.school_id = said.school_id
        and grading_periods.school_year = said.school_year
        and grading_periods.store_code = said.store_code
    where said.rank_of_source = 1
)

select * from keyed
