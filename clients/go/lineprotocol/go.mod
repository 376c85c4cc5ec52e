module pipewrench/clients/lineprotocol

go 1.21
