module pipewrench/clients/net-http

go 1.21

require pipewrench/clients/lineprotocol v0.0.0

replace pipewrench/clients/lineprotocol => ../lineprotocol
