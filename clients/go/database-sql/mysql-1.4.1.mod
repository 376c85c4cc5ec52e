module pipewrench/clients/database-sql

go 1.21

require github.com/go-sql-driver/mysql v1.4.1

require google.golang.org/appengine v1.6.8 // indirect

require pipewrench/clients/lineprotocol v0.0.0

replace pipewrench/clients/lineprotocol => ../lineprotocol
