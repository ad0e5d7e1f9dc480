-- One row per test in a row of a file that a layout describes, in the shape that every source of
-- results shares. Of a row of several tests those that the student did not take have no row.
with

layout_rows as (
    {{ current_rows(source('layouts', 'rows'), also=['source', 'entity']) }}
),

columns as (
    select * from {{ source('layouts', 'columns') }}
),

codes as (
    select * from {{ source('layouts', 'codes') }}
),

cells as (
    {{ layout_cells([
        'title', 'subject', 'window', 'grade', 'time', 'date', 'school_year', 'level', 'score',
        'invalid',
    ]) }}
),

tests as (
    select
        columns.source,
        columns.entity,
        columns.test_code,
        row_number() over (partition by columns.source, columns.entity order by columns.test_code)
            as test_number,
        count(*) over (partition by columns.source, columns.entity) as test_count,
        max(case when columns.role = 'title' then columns.value end) as title,
        max(case when columns.role = 'family' then columns.value end) as family,
        max(case when columns.role = 'subject' then columns.value end) as subject,
        max(case when columns.role = 'window' then columns.value end) as window_name
    from columns
    group by columns.source, columns.entity, columns.test_code
),

-- the first rule that knows the value says why a result does not count
judged as (
    select
        cells.source,
        cells.feed,
        cells.record_key,
        cells.test_code,
        coalesce(codes.meaning, cells.value) as reason,
        row_number() over (
            partition by cells.source, cells.feed, cells.record_key, cells.test_code
            order by cells.place
        ) as rule_number
    from cells
    left join codes
        on codes.role = 'invalid'
        and codes.source = cells.source
        and codes.entity = cells.feed
        and codes.test_code = cells.test_code
        and codes.place = cells.place
        and codes.code = lower(cells.value_text)
    where cells.role = 'invalid'
        and coalesce(codes.meaning, cells.value, 'valid') != 'valid'
),

stated as (
    select
        cells.source,
        cells.feed,
        cells.record_key,
        cells.test_code,
        max(case when cells.role = 'title' then cells.value_text end) as title,
        max(case when cells.role = 'subject' then cells.value_text end) as subject_code,
        max(case
            when cells.role = 'window' then coalesce(codes.meaning, lower(cells.value_text))
        end) as window_name,
        max(case when cells.role = 'grade' then cells.value_text end) as test_grade_code,
        max(case when cells.role = 'time' then cells.value_text end) as time_text,
        max(case when cells.role = 'date' then cells.value_text end) as date_text,
        max(case when cells.role = 'school_year' then cells.value_text end) as school_year_text,
        max(case when cells.role = 'level' then cells.value_text end) as performance_level_code,
        max(case when cells.role in ('level', 'score') then 1 else 0 end) as is_measured
    from cells
    left join codes
        on cells.role = 'window'
        and codes.role = 'window'
        and codes.source = cells.source
        and codes.entity = cells.feed
        and codes.test_code = cells.test_code
        and codes.code = lower(cells.value_text)
    group by cells.source, cells.feed, cells.record_key, cells.test_code
),

expected as (
    select
        layout_rows.source,
        layout_rows.entity as feed,
        layout_rows.record_key,
        coalesce(layout_rows.instance, '') as source_instance,
        tests.test_code,
        tests.test_number,
        tests.test_count,
        coalesce(stated.title, tests.title, layout_rows.source) as title,
        tests.family,
        coalesce(stated.subject_code, tests.subject) as subject_code,
        coalesce(stated.window_name, tests.window_name) as window_name,
        stated.test_grade_code,
        stated.time_text,
        {{ safe_date('stated.date_text') }} as administered_on,
        stated.school_year_text,
        stated.performance_level_code,
        judged.reason,
        stated.is_measured = 1 or judged.reason is not null as is_told,
        max(case when stated.is_measured = 1 or judged.reason is not null then 1 else 0 end) over (
            partition by layout_rows.source, layout_rows.entity, layout_rows.record_key
        ) as is_any_told,
        layout_rows.source_ref as _source_ref,
        layout_rows.load_id as _load_id,
        layout_rows.loaded_at as _loaded_at
    from layout_rows
    inner join tests
        on tests.source = layout_rows.source
        and tests.entity = layout_rows.entity
    left join stated
        on stated.source = layout_rows.source
        and stated.feed = layout_rows.entity
        and stated.record_key = layout_rows.record_key
        and stated.test_code = tests.test_code
    left join judged
        on judged.source = layout_rows.source
        and judged.feed = layout_rows.entity
        and judged.record_key = layout_rows.record_key
        and judged.test_code = tests.test_code
        and judged.rule_number = 1
),

canonical as (
    select
        expected.source,
        expected.feed,
        {{ layout_result_id('expected') }} as result_id,
        expected.source_instance,
        -- tests of two subjects are two, whatever both are called
        expected.title || coalesce(' ' || expected.subject_code, '') as assessment_identifier,
        expected.title as assessment_title,
        expected.family as assessment_family,
        expected.subject_code,
        -- the layout's words for a subject name the language
        cast(null as {{ dbt.type_string() }}) as language_code,
        coalesce(
            {{ vendor_school_year('expected.school_year_text') }},
            {{ school_year_of('expected.administered_on') }}
        ) as school_year,
        expected.window_name,
        expected.test_grade_code,
        expected.administered_on,
        {{ vendor_clock('expected.time_text') }} as test_time,
        -- each percentile names its own
        cast(null as {{ dbt.type_string() }}) as norm_set,
        expected.performance_level_code,
        expected.reason as source_invalid_reason,
        false as is_superseded,
        expected._source_ref,
        expected._load_id,
        expected._loaded_at
    from expected
    where expected.test_count = 1
        or expected.is_told
        -- a row that tells no test is kept as its first
        or (expected.is_any_told = 0 and expected.test_number = 1)
)

select * from canonical
