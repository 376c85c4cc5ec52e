module pipewrench/clients/miekg-dns

go 1.25.0

require (
	github.com/miekg/dns v1.1.73
	pipewrench/clients/lineprotocol v0.0.0
)

require (
	golang.org/x/net v0.57.0 // indirect
	golang.org/x/sys v0.47.0 // indirect
)

replace pipewrench/clients/lineprotocol => ../lineprotocol
