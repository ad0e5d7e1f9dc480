{#
    A view is replaced in place, where dbt-postgres renames the old one and drops it with all that stands
    on it: views of another layer would be missing until their own layer is built, and grants with
    them. Postgres replaces a view that keeps its columns and may gain some at the end; for any other
    change, and on a full refresh, dbt's own way is taken, and what stands on the view is built again by
    its layer.

        {{ config(materialized='view') }}
#}
{% materialization view, adapter='postgres' -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set is_replaced = existing is not none and existing.is_view and not should_full_refresh() -%}
    {%- if not is_replaced or not keeps_its_columns(existing, sql) -%}
        {{ return(dbt.materialization_view_default()) }}
    {%- endif -%}
    {%- set target_relation = this.incorporate(type='view') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement('main') -%}
        {{ get_replace_view_sql(target_relation, sql) }}
    {%- endcall %}
    {% do persist_docs(target_relation, model) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}

{#
    keeps_its_columns(existing, sql): whether a select has the columns of a view, of the same types and in
    the same order; it may have more after them. Both are asked for in the same way: the catalogue and
    the driver have other names for one type.
#}
{% macro keeps_its_columns(existing, sql) -%}
    {%- set stands = get_column_schema_from_query('select * from ' ~ existing) -%}
    {%- set comes = get_column_schema_from_query(sql) -%}
    {%- set ns = namespace(is_kept=comes | length >= stands | length) -%}
    {%- for column in stands if ns.is_kept -%}
        {%- set other = comes[loop.index0] -%}
        {%- if column.name != other.name or column.data_type != other.data_type -%}
            {%- set ns.is_kept = false -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(ns.is_kept) }}
{%- endmacro %}
