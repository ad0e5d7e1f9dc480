{#
    same_row_count_times(parent, times): the model has exactly `times` rows for each row of `parent`,
    so that a join that lost or doubled students shows.

        data_tests:
          - same_row_count_times:
              arguments: {parent: ref('risk_students'), times: 4}
#}
{% test same_row_count_times(model, parent, times) %}
with

model_rows as (
    select count(*) as row_count
    from {{ model }}
),

parent_rows as (
    select count(*) as row_count
    from {{ parent }}
)

select
    model_rows.row_count,
    parent_rows.row_count as parent_row_count
from model_rows
cross join parent_rows
where model_rows.row_count != parent_rows.row_count * {{ times }}
{% endtest %}
