using System.Reflection.PortableExecutable;
using System.Text.Json;

namespace Signalbox.Bench.Gateway.Reporting;

/// <summary>A ratio is honest only if both programs run under the same settings of the runtime; this compares them.</summary>
internal static class RuntimeSettings
{
    private static readonly string[] Prefixes = ["System.GC.", "System.Runtime.Tiered", "System.Threading."];

    /// <summary>One line per difference; empty when there is none or when the gateway is not a published executable.</summary>
    public static IReadOnlyList<string> Differences(string bareProxy, string gateway)
    {
        if (!File.Exists(gateway + ".runtimeconfig.json"))
        {
            return [];
        }
        var bare = Read(bareProxy);
        var measured = Read(gateway);
        return bare.Keys.Union(measured.Keys).Order(StringComparer.Ordinal)
            .Where(name => bare.GetValueOrDefault(name, "default") != measured.GetValueOrDefault(name, "default"))
            .Select(name => $"{name}: bare proxy {bare.GetValueOrDefault(name, "default")}, gateway {measured.GetValueOrDefault(name, "default")}")
            .ToArray();
    }

    private static Dictionary<string, string> Read(string program)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["compiled ahead of time"] = IsReadyToRun(program + ".dll").ToString() };
        using var document = JsonDocument.Parse(File.ReadAllText(program + ".runtimeconfig.json"));
        if (document.RootElement.GetProperty("runtimeOptions").TryGetProperty("configProperties", out var properties))
        {
            foreach (var property in properties.EnumerateObject())
            {
                if (Prefixes.Any(prefix => property.Name.StartsWith(prefix, StringComparison.Ordinal)))
                {
                    settings[property.Name] = property.Value.ToString();
                }
            }
        }
        return settings;
    }

    private static bool IsReadyToRun(string assembly)
    {
        using var reader = new PEReader(File.OpenRead(assembly));
        return reader.PEHeaders.CorHeader?.ManagedNativeHeaderDirectory.Size > 0;
    }
}
