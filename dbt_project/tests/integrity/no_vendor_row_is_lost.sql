{{ config(meta={'owner': 'assessment'}) }}
-- What it finds: a feed of test results whose current rows in raw are not all somewhere: with a
--   student (matched), in the queue (fct_assessment_unmatched), dated after the as-of date, or
--   counted as the same test of another export of the vendor.
-- When it matters: a lost row is a test that nobody will ever see.
-- How to resolve: compare the staging model of the feed with its raw table by record key; a key
--   that two rows share in staging is the usual cause.
{%- set tables = [] %}
{%- for name, of_tests in tables_of_tests().items() %}
    {%- for table in of_tests %}
        {%- do tables.append([name, table]) %}
    {%- endfor %}
{%- endfor %}
with

{% for name, table in tables -%}
raw_{{ name }}__{{ table }} as (
    {{ current_rows(source(name, table)) }}
),

{% endfor -%}
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

raw_rows as (
    {%- for name, table in tables %}
        select
            '{{ name }}' as source,
            '{{ table }}' as feed,
            record_key
        from raw_{{ name }}__{{ table }}
        {{ 'union all' if not loop.last }}
    {%- else %}
        select
            cast(null as {{ dbt.type_string() }}) as source,
            cast(null as {{ dbt.type_string() }}) as feed,
            cast(null as {{ dbt.type_string() }}) as record_key
        where false
    {%- endfor %}
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
