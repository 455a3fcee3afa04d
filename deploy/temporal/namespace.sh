#!/bin/sh
# Makes Threadline's namespace; run by Temporal's admin-tools image. Threadline itself registers
# search attributes in it and sees to its retention.
set -eu
until temporal operator cluster health; do
    echo "Waiting for Temporal …"
    sleep 2
done
temporal operator namespace describe --namespace "$NAMESPACE" ||
    temporal operator namespace create --namespace "$NAMESPACE" --retention 720h
