-- One row per mark of the source that says something (a letter or a number), with its meaning.
with

grades as (
    select * from {{ ref('stg_edfi__grades') }}
),

known_loads as (
    select * from {{ ref('stg_ops__load_known_on') }}
),

sections as (
    select * from {{ ref('can_sections') }}
),

code_mappings as (
    select * from {{ ref('can_code_mappings') }}
),

letter_only_periods as (
    select * from {{ ref('int_academics__letter_only_periods') }}
),

grade_types as (
    {{ district_rows(ref('xwalk_grade_types'), ['grade_type_code']) }}
),

letter_marks as (
    {{ district_rows(ref('xwalk_letter_marks'), ['letter_grade']) }}
),

excluded_marks as (
    {{ district_rows(ref('xwalk_excluded_marks'), ['letter_grade']) }}
),

numeric_bands as (
    -- a district's own scale replaces the whole table
    {{ district_rows(ref('xwalk_numeric_to_letter'), []) }}
),

given as (
    select
        {{ surrogate_key(['grades._record_key']) }} as mark_key,
        grades.student_key,
        grades.section_key,
        grades.grading_period_key,
        grades.period_school_id,
        grades.period_school_year as school_year,
        grades.local_course_key,
        grades.grade_type_namespace,
        grades.grade_type_code,
        grades.letter_grade,
        grades.numeric_grade,
        grades.letter_grade is null
        and letter_only_periods.student_key is not null as is_number_only,
        grades._load_id
    from grades
    left join letter_only_periods
        on letter_only_periods.student_key = grades.student_key
        and letter_only_periods.grading_period_key = grades.grading_period_key
    where grades.letter_grade is not null
        or grades.numeric_grade is not null
),

band_of_number as (
    select
        given.mark_key,
        -- half-open bands: the number is never rounded up into the next letter
        max(numeric_bands.lowest_number) as lowest_number
    from given
    inner join numeric_bands
        on numeric_bands.lowest_number <= given.numeric_grade
    where given.letter_grade is null
        and not given.is_number_only
    group by given.mark_key
),

lettered as (
    select
        given.mark_key,
        given.student_key,
        given.section_key,
        given.grading_period_key,
        {{ surrogate_key(['given.period_school_id']) }} as school_key,
        given.school_year,
        coalesce(
            sections.course_identity_key,
            given.local_course_key
        ) as course_identity_key,
        sections.course_key,
        sections.credits,
        sections.added_points,
        given.grade_type_namespace,
        given.grade_type_code,
        given.letter_grade as source_letter_grade,
        given.numeric_grade,
        coalesce(given.letter_grade, numeric_bands.letter_grade) as letter_grade,
        given.is_number_only,
        known_loads.known_on
    from given
    left join known_loads
        on known_loads.load_id = given._load_id
    left join band_of_number
        on band_of_number.mark_key = given.mark_key
    left join numeric_bands
        on numeric_bands.lowest_number = band_of_number.lowest_number
    left join sections
        on sections.section_key = given.section_key
),

classified as (
    select
        lettered.mark_key,
        lettered.student_key,
        lettered.section_key,
        lettered.grading_period_key,
        lettered.school_key,
        lettered.school_year,
        lettered.course_identity_key,
        lettered.course_key,
        lettered.credits,
        lettered.added_points,
        lettered.grade_type_code,
        -- what the source says a code stands for comes before the code itself
        coalesce(mapped_types.grade_type, own_types.grade_type, 'unmapped') as grade_type,
        lettered.letter_grade,
        lettered.numeric_grade,
        lettered.source_letter_grade is null
        and not lettered.is_number_only as is_letter_from_number,
        case
            when lettered.is_number_only then 'number'
            when letter_marks.letter_grade is not null then 'letter'
            when excluded_marks.letter_grade is not null then 'excluded'
            else 'unmapped'
        end as mark_kind,
        letter_marks.letter_family,
        letter_marks.grade_points,
        -- an F earns nothing, in an honors course too
        case
            when letter_marks.letter_family = 'F' then letter_marks.grade_points
            else letter_marks.grade_points + coalesce(lettered.added_points, 0)
        end as weighted_grade_points,
        lettered.known_on
    from lettered
    left join code_mappings
        on code_mappings.descriptor_namespace = lettered.grade_type_namespace
        and code_mappings.code = lettered.grade_type_code
    left join grade_types as mapped_types
        on mapped_types.grade_type_code = code_mappings.mapped_code
    left join grade_types as own_types
        on own_types.grade_type_code = lettered.grade_type_code
    left join letter_marks
        on letter_marks.letter_grade = lettered.letter_grade
    left join excluded_marks
        on excluded_marks.letter_grade = lettered.letter_grade
)

select * from classified
