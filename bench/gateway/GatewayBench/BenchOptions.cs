namespace Signalbox.Bench.Gateway;

/// <summary>What the command line asked for. The run script fills in the three programs.</summary>
internal sealed record BenchOptions
{
    public const string Usage = """
        Usage: bench/gateway/run [--quick] [--json FILE] [--only PART,...] [--self-check] [--keep]
          --quick       shorter slices and one minute instead of five of steady load
          --json FILE   also write every number, the machine and the command to FILE
          --only        a choice of: cold-start, cpu, stream-cpu, paced-stream-cpu, routing-cpu, latency,
                        first-token, benchmark-interference, open-streams, steady-memory
          --self-check  the bare proxy in the gateway's place: every ratio must come out near 1 and every added time near 0
          --no-build    use what the last run built
          --keep        keep the temporary folder with payloads, configurations and logs
        SIGNALBOX_CMD   the gateway to measure (default: artifacts/signalbox/Signalbox.Server, built by ./signalbox)
        """;

    public bool Quick { get; private init; }

    public bool SelfCheck { get; private init; }

    public bool Keep { get; private init; }

    public string? JsonFile { get; private init; }

    /// <summary>Empty: all of them.</summary>
    public IReadOnlyList<string> Only { get; private init; } = [];

    /// <summary>As the user typed it, for the report.</summary>
    public string Command { get; private init; } = "";

    public string BareProxy { get; private init; } = "";

    public string LoadClient { get; private init; } = "";

    public string Gateway { get; private init; } = "";

    /// <summary>Null when a word is unknown or a value is missing.</summary>
    public static BenchOptions? Parse(ReadOnlySpan<string> words)
    {
        var options = new BenchOptions();
        while (words.Length > 0)
        {
            var value = words.Length > 1 ? words[1] : null;
            var parsed = (words[0], value) switch
            {
                ("--quick", _) => options with { Quick = true },
                ("--self-check", _) => options with { SelfCheck = true },
                ("--keep", _) => options with { Keep = true },
                ("--json", not null) => options with { JsonFile = value },
                ("--only", not null) => options with { Only = value.Split(',') },
                ("--command", not null) => options with { Command = value },
                ("--bare", not null) => options with { BareProxy = value },
                ("--client", not null) => options with { LoadClient = value },
                ("--gateway", not null) => options with { Gateway = value },
                _ => null,
            };
            if (parsed is null)
            {
                return null;
            }
            words = words[(words[0] is "--quick" or "--self-check" or "--keep" ? 1 : 2)..];
            options = parsed;
        }
        return options;
    }
}
