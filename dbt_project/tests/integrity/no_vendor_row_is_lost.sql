{{ config(meta={'owner': 'assessment'}) }}
-- What it finds: a feed of test results whose current rows in raw are not all somewhere: with a
--   student (matched), in the queue (fct_assessment_unmatched), dated after the as-of date, or
--   counted as the same test of another export of the vendor.
-- When it matters: a lost row is a test that nobody will ever see.
-- How to resolve: compare the staging model of the feed with its raw table by record key; a key
--   that two rows share in staging is the usual cause.
with

raw_star__results as (
    {{ current_rows(source('star', 'results')) }}
),

raw_star__standards as (
    {{ current_rows(source('star', 'standards')) }}
),

raw_star__skill_areas as (
    {{ current_rows(source('star', 'skill_areas')) }}
),

raw_map_growth__assessment_results as (
    {{ current_rows(source('map_growth', 'assessment_results')) }}
),

raw_map_growth__combined as (
    {{ current_rows(source('map_growth', 'combined')) }}
),

raw_iready__diagnostic_results as (
    {{ current_rows(source('iready', 'diagnostic_results')) }}
),

raw_layouts__rows as (
    {{ current_rows(source('layouts', 'rows'), also=['source', 'entity']) }}
),

layout_results as (
    select * from {{ ref('can_assessment_results') }}
),

layout_columns as (
    select * from {{ source('layouts', 'columns') }}
),

tests_of_a_row as (
    select distinct
        layout_columns.source,
        layout_columns.entity,
        layout_columns.test_code
    from layout_columns
),

possible_tests as (
    select
        raw_layouts__rows.source,
        raw_layouts__rows.entity as feed,
        raw_layouts__rows.record_key,
        tests_of_a_row.test_code
    from raw_layouts__rows
    inner join tests_of_a_row
        on tests_of_a_row.source = raw_layouts__rows.source
        and tests_of_a_row.entity = raw_layouts__rows.entity
),

-- a row may be several tests, and is one at least
layout_tests as (
    select
        possible_tests.source,
        possible_tests.feed,
        possible_tests.record_key,
        greatest(count(layout_results.result_id), 1) as test_count
    from possible_tests
    left join layout_results
        on layout_results.source = possible_tests.source
        and layout_results.result_id = {{ layout_result_id('possible_tests') }}
    group by possible_tests.source, possible_tests.feed, possible_tests.record_key
),

raw_edfi__student_assessments as (
    {{ current_rows(source('edfi', 'student_assessments')) }}
),

raw_rows as (
    select
        'star' as source,
        'results' as feed,
        record_key
    from raw_star__results
    union all
    select
        'star' as source,
        'standards' as feed,
        record_key
    from raw_star__standards
    union all
    select
        'star' as source,
        'skill_areas' as feed,
        record_key
    from raw_star__skill_areas
    union all
    select
        'map_growth' as source,
        'assessment_results' as feed,
        record_key
    from raw_map_growth__assessment_results
    union all
    select
        'map_growth' as source,
        'combined' as feed,
        record_key
    from raw_map_growth__combined
    union all
    select
        'iready' as source,
        'diagnostic_results' as feed,
        record_key
    from raw_iready__diagnostic_results
    union all
    select
        'edfi' as source,
        'student_assessments' as feed,
        record_key
    from raw_edfi__student_assessments
),

-- one test in two exports of its vendor is one test
twins as (
    {%- if 'map_growth' in var('file_sources') %}
        select combined.result_id
        from {{ ref('stg_map_growth__combined') }} as combined
        left join {{ ref('stg_map_growth__tests') }} as map_growth_tests
            on map_growth_tests.result_id = combined.result_id
        where map_growth_tests.result_id is null
    {%- else %}
        select cast(null as {{ dbt.type_string() }}) as result_id
        where false
    {%- endif %}
),

results as (
    select * from {{ ref('int_assessment__results') }}
),

detail_rows as (
    select * from {{ ref('can_assessment_detail_rows') }}
),

found as (
    select
        source,
        feed,
        'fact' as place
    from {{ ref('fct_assessment_result') }}
    union all
    select
        source,
        feed,
        'queue' as place
    from {{ ref('fct_assessment_unmatched') }}
    union all
    select
        results.source,
        results.feed,
        'after the as-of date' as place
    from results
    where results.student_key is not null
        and results.administered_on > {{ as_of_date() }}
    union all
    select
        detail_rows.source,
        detail_rows.feed,
        'matched part' as place
    from detail_rows
    inner join results
        on results.assessment_result_key = detail_rows.assessment_result_key
    where results.student_key is not null
    union all
    select
        'map_growth' as source,
        'combined' as feed,
        'same test' as place
    from twins
),

received as (
    select
        source,
        feed,
        count(*) as raw_count
    from raw_rows
    group by source, feed
    union all
    select
        source,
        feed,
        sum(test_count) as raw_count
    from layout_tests
    group by source, feed
),

placed as (
    select
        source,
        feed,
        count(*) as placed_count
    from found
    group by source, feed
),

differences as (
    select
        coalesce(received.source, placed.source) as source,
        coalesce(received.feed, placed.feed) as feed,
        coalesce(received.raw_count, 0) as raw_count,
        coalesce(placed.placed_count, 0) as placed_count
    from received
    full outer join placed
        on placed.source = received.source
        and placed.feed = received.feed
    where coalesce(received.raw_count, 0) != coalesce(placed.placed_count, 0)
)

select * from differences
