{#
    vendor_time_of_day(text)   the time of day in a vendor's time stamp as HH:MM:SS, as it stands; null
                               for a plain date and for midnight, which says only the day:
                               2023-08-23T09:07:55Z and 8/23/2023 9:07:55 AM are 09:07:55
#}
{% macro vendor_time_of_day(text) -%}
    {{ return(adapter.dispatch('vendor_time_of_day', 'firstbell')(text)) }}
{%- endmacro %}

{% macro postgres__vendor_time_of_day(text) -%}
    {%- set clock = "substring(" ~ text
        ~ " from '[T ]([0-9]{1,2}:[0-9]{2}(:[0-9]{2})?(\\.[0-9]+)? *([AaPp][Mm])?)')" -%}
    nullif(left({{ vendor_clock(clock) }}, 8), '00:00:00')
{%- endmacro %}
