using System.Text;
using DotNetEnv;
using Signalbox.Configuration.Fields;
using Sprache;

namespace Signalbox.Configuration;

/// <summary>
/// Reads a .env file into a dictionary; the process environment is neither read nor changed. A dollar sign is a dollar sign:
/// keys and passwords may hold one, and DotNetEnv would fill references from the process environment, or silently with nothing.
/// </summary>
internal static class DotEnvFile
{
    public const string Name = ".env";

    // A noncharacter: it cannot be in a text, so it can stand for the dollar sign while DotNetEnv is at work.
    private const char Dollar = '\uFFFF';

    /// <summary>The environment with what the file adds to it. The environment wins.</summary>
    public static IReadOnlyDictionary<string, string> AddTo(IReadOnlyDictionary<string, string> environment, byte[]? content, List<ConfigProblem> problems)
    {
        if (content is null || !TryParse(content, problems, out var values))
        {
            return environment;
        }

        var merged = new Dictionary<string, string>(environment, StringComparer.Ordinal);
        foreach (var (name, value) in values)
        {
            if (!environment.ContainsKey(name))
            {
                merged[name] = value;
            }
        }

        return merged;
    }

    private static bool TryParse(byte[] content, List<ConfigProblem> problems, out List<KeyValuePair<string, string>> values)
    {
        values = [];
        var text = Encoding.UTF8.GetString(content).TrimStart('\uFEFF').Replace('$', Dollar);
        if (text.Length == 0)
        {
            return true;
        }

        try
        {
            foreach (var (name, value) in Env.LoadContents(text, Env.NoEnvVars()))
            {
                var literal = value.Replace(Dollar, '$');
                values.Add(new(name, literal));
                if (literal.Contains("${", StringComparison.Ordinal))
                {
                    problems.Add(new(ConfigSeverity.Warning, Name, $"{Words.Shorten(name)} holds a reference, and those are not filled here; write the value itself"));
                }
            }

            return true;
        }
        catch (ParseException e)
        {
            // The exception's own text quotes the file, and the file holds secrets.
            problems.Add(new(ConfigSeverity.Error, Name, $"line {e.Position?.Line}, column {e.Position?.Column}: expected NAME=value, with quotes closed on the way"));
            return false;
        }
    }
}
