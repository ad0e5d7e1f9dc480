{#
    has_every_indicator(parent): the model has a row of each indicator for each row of `parent`, and of no
    other indicator, so that a join that lost or doubled students shows.

        data_tests:
          - has_every_indicator:
              arguments: {parent: ref('risk_students')}
#}
{% test has_every_indicator(model, parent) %}
with

parent_rows as (
    select count(*) as row_count
    from {{ parent }}
),

found as (
    select
        model.indicator,
        count(*) as row_count
    from {{ model }} as model
    group by model.indicator
),

counted as (
    select
        count(*) as indicator_count,
        min(found.row_count) as lowest_row_count,
        max(found.row_count) as highest_row_count
    from found
    where found.indicator in ('{{ indicators() | join("', '") }}')
),

unknown as (
    select count(*) as indicator_count
    from found
    where found.indicator not in ('{{ indicators() | join("', '") }}')
)

select
    parent_rows.row_count as parent_row_count,
    counted.indicator_count,
    counted.lowest_row_count,
    counted.highest_row_count,
    unknown.indicator_count as unknown_indicator_count
from parent_rows
cross join counted
cross join unknown
where unknown.indicator_count > 0
    or (parent_rows.row_count > 0 and counted.indicator_count != {{ indicators() | length }})
    or counted.lowest_row_count != parent_rows.row_count
    or counted.highest_row_count != parent_rows.row_count
{% endtest %}
