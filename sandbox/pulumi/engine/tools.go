//go:build tools

// Package engine pins the official Pulumi CLI, so that the sandbox can build it where it cannot be downloaded.
package engine

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
