using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Signalbox.Bench.Gateway.Processes;

/// <summary>As many requests as the proxy takes, by wrk.</summary>
internal static partial class Wrk
{
    /// <summary>Runs the calls in turn over the connections; returns how many were answered. Any failed one is an error of the run.</summary>
    public static async Task<long> RunAsync(Setup setup, IReadOnlyList<Call> calls, WrkPlan plan, CancellationToken cancellationToken)
    {
        var script = setup.Workspace.Write($"load-{calls[0].Port}.lua", Script(calls));
        using var wrk = Tool.Start(
            $"{plan.Placement.Prefix} wrk -t1 -c{plan.Connections} -d{plan.Seconds}s --timeout 10s -s '{script}' http://127.0.0.1:{calls[0].Port}{calls[0].Path}");
        var (output, _) = await wrk.EndAsync(cancellationToken);
        var requests = RequestCount().Match(output);
        if (!requests.Success || output.Contains("Socket errors", StringComparison.Ordinal) || output.Contains("Non-2xx", StringComparison.Ordinal))
        {
            throw new BenchException($"Load on {calls[0].Path} had failures, so its numbers mean nothing:\n{output}");
        }
        return long.Parse(requests.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    private static string Script(IReadOnlyList<Call> calls)
    {
        var text = new StringBuilder("local requests = {}\nlocal headers = {}\n");
        foreach (var (name, value) in Call.Headers)
        {
            text.Append(CultureInfo.InvariantCulture, $"headers[\"{name}\"] = \"{value}\"\n");
        }
        if (calls.Count == 1)
        {
            // Without a request function wrk formats the request once.
            return text.Append(CultureInfo.InvariantCulture, $"wrk.method = \"POST\"\nwrk.headers = headers\nwrk.body = [==[{calls[0].Body}]==]\n").ToString();
        }
        text.Append("function init(args)\n");
        foreach (var call in calls)
        {
            text.Append(CultureInfo.InvariantCulture, $"  requests[#requests + 1] = wrk.format(\"POST\", \"{call.Path}\", headers, [==[{call.Body}]==])\n");
        }
        return text.Append("end\nlocal turn = 0\nfunction request()\n  turn = turn % #requests + 1\n  return requests[turn]\nend\n").ToString();
    }

    [GeneratedRegex(@"(\d+) requests in ")]
    private static partial Regex RequestCount();
}

internal sealed record WrkPlan(int Connections, int Seconds, Placement Placement);
