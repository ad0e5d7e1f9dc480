{{ config(meta={'owner': 'data-platform'}) }}
-- What it finds: a row of the vendor registry with an endpoint that is neither an IP address nor a
--   host name of two labels or more (`flows.example.org`, `*.example.org` for its subdomains), such
--   as `*.com`, `localhost`, a URL, or a name with a port.
-- When it matters: before a channel sends there. The gate counts no such endpoint, so messages to
--   that recipient are refused; `*.com` would have let them go to half of the world.
-- How to resolve: write the receiver's host name alone; names are separated by spaces.
with

vendor_registry as (
    select * from {{ ref('vendor_registry') }}
),

unfit as (
    select
        vendor_registry.district_code,
        vendor_registry.recipient,
        vendor_registry.endpoints
    from vendor_registry
    where not {{ names_hosts_only('vendor_registry.endpoints') }}
)

select * from unfit
