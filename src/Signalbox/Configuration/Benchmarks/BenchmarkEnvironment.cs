using System.Globalization;
using Signalbox.Configuration.Fields;

namespace Signalbox.Configuration.Benchmarks;

/// <summary>The environment fills what the section <c>benchmark</c> leaves out.</summary>
internal static class BenchmarkEnvironment
{
    public const string Switch = "ENABLE_BENCHMARKING";
    public const string Interval = "BENCHMARK_INTERVAL_REQUESTS";

    public static BenchmarkConfig Fill(BenchmarkConfig config, IReadOnlyDictionary<string, string> environment, ConfigReading reading) => config with
    {
        Enabled = config.Enabled ?? ReadSwitch(environment, reading),
        IntervalRequests = config.IntervalRequests ?? ReadInterval(environment, reading),
    };

    private static bool ReadSwitch(IReadOnlyDictionary<string, string> environment, ConfigReading reading)
    {
        switch (environment.GetValueOrDefault(Switch)?.Trim().ToLowerInvariant())
        {
            case null or "" or "false" or "0" or "no" or "off":
                return false;
            case "true" or "1" or "yes" or "on":
                return true;
            default:
                reading.Error(ConfigPath.Outside(Switch), "must be true or false");
                return false;
        }
    }

    private static int ReadInterval(IReadOnlyDictionary<string, string> environment, ConfigReading reading)
    {
        if (environment.GetValueOrDefault(Interval)?.Trim() is not { Length: > 0 } text)
        {
            return BenchmarkConfig.DefaultInterval;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var requests) && requests > 0)
        {
            return requests;
        }

        reading.Error(ConfigPath.Outside(Interval), "must be a whole number of requests, 1 or more");
        return BenchmarkConfig.DefaultInterval;
    }
}
