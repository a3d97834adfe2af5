# echolab: `make help` lists the targets.
#
# lib/, servers/, clients/ and harness/ become one archive each; a program is
# the object that holds its main() and whatever it needs of the archives.
# A new source file needs no line here.

VERSION := 0.1.0
PREFIX ?= /usr/local
CFLAGS ?= -O2 -g
PKG_CONFIG ?= pkg-config

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:
.PHONY: help all static check check-slow threads unit report bench bench-report lint format install uninstall clean FORCE

# Release programs are in build/bin, those of SAN=a,b in build/san-a-b/bin.
comma := ,
VARIANT := $(if $(SAN),san-$(subst $(comma),-,$(SAN)),release)
TOP := build$(if $(SAN),/$(VARIANT))
OBJ := build/obj/$(VARIANT)

WARNINGS := -Wall -Wextra -Wpedantic -Wconversion -Wformat=2 -Wshadow -Wundef -Wvla \
	-Wmissing-prototypes -Wstrict-prototypes $(if $(WERROR),-Werror)
FORTIFY := $(if $(filter -O%,$(filter-out -O0,$(CFLAGS))),-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
SANITIZE := -fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer
HARDEN := -fstack-protector-strong -fPIE $(if $(SAN),$(SANITIZE),$(FORTIFY))
PACKAGES := libcjson gsl libsodium
INCLUDES := -I. -D_POSIX_C_SOURCE=200809L $(shell $(PKG_CONFIG) --cflags $(PACKAGES) 2>/dev/null)
COMPILE := $(CC) -std=c11 $(WARNINGS) $(INCLUDES) $(CPPFLAGS) $(CFLAGS) $(HARDEN)
LINK := $(CC) $(CFLAGS) $(HARDEN) -pie -Wl,-z,relro -Wl,-z,now -Wl,--as-needed $(LDFLAGS)
LIBS := -pthread -lm $(shell $(PKG_CONFIG) --libs libsodium 2>/dev/null)
HARNESS_LIBS := $(shell $(PKG_CONFIG) --libs $(PACKAGES) 2>/dev/null) -lcsv -lm -pthread

# What the build cannot do without is asked for in one line, before anything.
ifneq ($(filter-out help clean format uninstall,$(or $(MAKECMDGOALS),all)),)
missing := $(strip $(shell \
	for p in $(PACKAGES); do $(PKG_CONFIG) --exists $$p 2>/dev/null || echo $$p; done; \
	echo '\#include <csv.h>' | $(CC) -E -x c - >/dev/null 2>&1 || echo "libcsv or $(CC)"))
$(if $(missing),$(error not installed: $(missing). Install all that is needed with: sh setup.sh))
endif

# `mains DIR`: its files that define main().  `objects FILES`: what they become.
mains = $(shell grep -ls '^int main\>' $(wildcard $1/*.c) /dev/null)
objects = $(patsubst %.c,$(OBJ)/%.o,$1)
program = $(TOP)/bin/echo-$(subst _,-,$(basename $(notdir $1)))

FOLDERS := lib servers clients harness
MAINS := $(call mains,servers) $(call mains,clients)
PROGRAMS := $(foreach m,$(MAINS),$(call program,$m)) $(TOP)/bin/harness
UNITS := $(patsubst %.c,$(OBJ)/%,$(wildcard tests/unit/test_*.c))
SLOW := $(patsubst %.c,$(OBJ)/%,$(wildcard tests/slow/slow_*.c))
HELPERS := $(addprefix $(TOP)/tests/,lab_peer stranger short_io.so step_clock.so slow_name.so)
BENCHES := $(patsubst %.c,$(TOP)/%,$(wildcard bench/*.c))
SHARE := $(addprefix $(TOP)/share/echolab/,deploy report scenarios)
CLOCK := $(TOP)/share/echolab/still_clock.so
STATIC := $(addprefix build/static/bin/,$(notdir $(call program,servers/server.c) $(call program,servers/simple_server.c) $(call program,servers/udp_server.c)))
C_FILES := $(wildcard $(addsuffix /*.[ch],$(FOLDERS) bench tests/unit tests/slow tests/peers tests/shim tests/cloud report))
DEST = $(DESTDIR)$(PREFIX)
export FULL LOCAL REMOTE OUT RESULTS

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14
	@echo 'Options: V=1 (show commands) WERROR=1 SAN=address,undefined CC= CFLAGS= LDFLAGS='

all: $(PROGRAMS) $(SHARE) $(CLOCK) ## build the programs into build/bin

static: $(STATIC) $(TOP)/share/echolab/static ## servers without libraries, for other hosts: build/static/bin

check: all unit ## run every test: unit tests, layers, bats
	@sh tests/run.sh $(TOP)/bin $(UNITS)

check-slow: all static $(SLOW) $(HELPERS) ## simulate the statistics; kill programs at each system call; cut ssh; strangers
	@for t in $(SLOW); do $$t || exit 1; done
	@ECHOLAB_BIN="$(CURDIR)/$(TOP)/bin" bats --print-output-on-failure tests/slow

threads: $(filter-out %/harness,$(PROGRAMS)) ## with SAN=thread: look for races in servers and clients
	@ECHOLAB_BIN="$(CURDIR)/$(TOP)/bin" bats --print-output-on-failure tests/bats/threads.bats

unit: $(UNITS) $(HELPERS) static ## build the unit tests, and what the others need

report: all ## build report/report.pdf [FULL=1 LOCAL=dir REMOTE=dir OUT=dir RESULTS=dir]
	@ECHOLAB_BIN=$(TOP)/bin sh report/make.sh

bench: all $(BENCHES) ## compare with bare loops and with peers: bench/RESULTS.md
	@ECHOLAB_BIN=$(TOP)/bin ECHOLAB_BENCH=$(TOP)/bench sh bench/run.sh

bench-report: all $(BENCHES) ## what a report of 10 million rows takes, in passes of libcsv
	@ECHOLAB_BIN=$(TOP)/bin ECHOLAB_BENCH=$(TOP)/bench sh bench/report.sh

lint: ## check format, C (clang-tidy, cppcheck), shell and layers
	@sh tests/lint/lint.sh $(INCLUDES)

format: ## put the C files into the project's format
	clang-format -i $(C_FILES)

install: all static ## install into DESTDIR/PREFIX
	install -d "$(DEST)/bin" "$(DEST)/share/echolab/scenarios" "$(DEST)/share/echolab/report/figures" \
		"$(DEST)/share/echolab/deploy" "$(DEST)/share/echolab/static"
	install $(PROGRAMS) "$(DEST)/bin"
	install -m 644 scenarios/*.json "$(DEST)/share/echolab/scenarios"
	install -m 644 report/*.tex "$(DEST)/share/echolab/report"
	install -m 644 report/figures/*.gp "$(DEST)/share/echolab/report/figures"
	install -m 644 deploy/*.sh "$(DEST)/share/echolab/deploy"
	install -m 644 $(CLOCK) "$(DEST)/share/echolab"
	install $(STATIC) "$(DEST)/share/echolab/static"

uninstall: ## remove what install put there
	cd "$(DEST)/bin" && rm -f $(notdir $(PROGRAMS))
	rm -rf "$(DEST)/share/echolab"

clean: ## remove build/ and report/build/
	rm -rf build report/build

# say WORD: what a step prints instead of its command.
say = $(if $(V),,@printf '  %-6s %s\n' $1 '$@'; )
link = $(call say,LD)mkdir -p $(@D) && $(LINK) -o $@ $^ $(LIBS)

define archive_rule
$(OBJ)/$1.a: $$(call objects,$(filter-out $(call mains,$1),$(wildcard $1/*.c)))
	$$(call say,AR)mkdir -p $$(@D) && rm -f $$@ && ar rcs $$@ $$^
endef
define program_rule
$(call program,$1): $(call objects,$1) $(OBJ)/$(patsubst %/,%.a,$(dir $1)) $(OBJ)/lib.a
endef
$(foreach f,$(FOLDERS),$(eval $(call archive_rule,$f)))
$(foreach m,$(MAINS),$(eval $(call program_rule,$m)))
$(TOP)/bin/harness: $(OBJ)/harness/main.o $(OBJ)/harness.a $(OBJ)/lib.a
$(UNITS) $(SLOW): %: %.o $(addprefix $(OBJ)/,harness.a clients.a servers.a lib.a)
$(TOP)/bin/harness $(UNITS) $(SLOW): LIBS = $(HARNESS_LIBS)
$(PROGRAMS) $(UNITS) $(SLOW):
	$(link)
# They run on any Linux of this architecture, and never with a sanitizer.
ifeq ($(SAN),)
build/static/bin/echo-%: $(TOP)/bin/echo-%
	$(call say,LD)mkdir -p $(@D) && $(CC) $(CFLAGS) $(HARDEN) -static-pie -s -Wl,-z,relro -Wl,-z,now -Wl,--no-warnings $(LDFLAGS) -o $@ \
		$(OBJ)/servers/$(subst -,_,$*).o $(OBJ)/servers.a $(OBJ)/lib.a $(LIBS)
else
$(STATIC) &: FORCE
	@$(MAKE) SAN= $(STATIC)
endif
$(TOP)/share/echolab/static: $(STATIC)
	@mkdir -p $(@D) && ln -srfn build/static/bin $@
$(TOP)/tests/%: $(OBJ)/tests/peers/%.o
	$(link)
# Never with a sanitizer: they go into programs of others, or with their own.
shared = $(call say,LD)mkdir -p $(@D) && $(CC) -std=c11 $(WARNINGS) $(CFLAGS) -fPIC -shared -o $@ $<
$(TOP)/tests/%.so: tests/shim/%.c $(OBJ)/flags
	$(shared)
$(CLOCK): report/still_clock.c $(OBJ)/flags
	$(shared)
$(TOP)/bench/passes: LIBS = -lcsv
$(TOP)/bench/%: $(OBJ)/bench/%.o $(OBJ)/lib.a
	$(link)
$(OBJ)/%.o: %.c $(OBJ)/flags
	$(call say,CC)mkdir -p $(@D) && $(COMPILE) $(DEFINES_$*) -MMD -MP -c -o $@ $<
-include $(patsubst %.c,$(OBJ)/%.d,$(filter %.c,$(C_FILES)))

# These two files change only when their text does, so that new flags rebuild
# everything and a new HEAD what tells the version.
HEAD := $(if $(wildcard .git),$(shell git describe --always --dirty 2>/dev/null))
DEFINES_lib/version := -DECHOLAB_VERSION='"$(VERSION)$(if $(HEAD), ($(HEAD)))"'
$(OBJ)/lib/version.o: $(OBJ)/version
$(OBJ)/version: TEXT = $(DEFINES_lib/version)
$(OBJ)/flags: TEXT = $(COMPILE) $(LINK)
$(OBJ)/flags $(OBJ)/version: FORCE
	@mkdir -p $(@D); echo "$(subst ",,$(TEXT))" | cmp -s - $@ || echo "$(subst ",,$(TEXT))" >$@

# Programs find their data at ../share/echolab, here as after `make install`.
$(SHARE):
	@mkdir -p $(@D) && ln -srfn $(@F) $@
