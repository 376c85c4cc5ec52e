module pipewrench/clients/database-sql

go 1.21

require github.com/go-sql-driver/mysql v1.3.0

require pipewrench/clients/lineprotocol v0.0.0

replace pipewrench/clients/lineprotocol => ../lineprotocol
