using System.Text;
using Signalbox.Configuration;

namespace Signalbox.Tests.Configuration;

/// <summary>Configs and environments to test with.</summary>
internal static class Given
{
    public static readonly IReadOnlyDictionary<string, string> Nothing = new Dictionary<string, string>();

    /// <summary>A file of weights that can be loaded: the validator does so.</summary>
    private static readonly string OwnWeights = Path.Combine(AppContext.BaseDirectory, "own.weights");

    /// <summary>Every field of every section, each away from its default, so that nothing can be lost unseen.</summary>
    public static readonly string EveryField = """
        {
          "$schema": "./signalbox.schema.json",
          "server": { "urls": ["http://127.0.0.1:9090", "http://*:9091"], "requireKeys": true, "adminKey": "admin-secret-1", "maxRequestBytes": 1000,
                      "cors": { "origins": ["https://app.example.com", "*"] } },
          "providers": {
            "mine": { "dialect": "anthropic-messages", "alsoDialects": ["openai-chat"], "baseUrl": "http://10.0.0.7:4000/llm", "apiKey": "provider-secret-1",
                      "locality": "local", "headers": { "x-team": "header-secret-1" }, "apiVersion": "2026-01-01", "connectTimeout": "1500ms",
                      "firstOutputTimeout": "2m", "idleTimeout": "1h", "maxAttempts": 7 }
          },
          "local": { "folder": "/srv/models", "threads": 3,
                     "models": { "tiny": { "file": "/srv/other/tiny.gguf", "contextLength": 2048, "minimumSlots": 2, "maximumSlots": 4, "memoryLimitMiB": 512, "kvCache": "q8_0",
                                           "adapters": { "formal": "/srv/models/formal.gguf" }, "quality": 0.3, "useCases": ["chat"] } } },
          "models": {
            "big": { "provider": "mine", "upstream": "big-2026", "contextWindow": 8192, "maxOutputTokens": 512,
                     "price": { "input": 0.15, "output": 0.6, "cacheRead": 0.01, "cacheWrite": 0.2, "reasoning": 0.7 }, "quality": 0.55,
                     "useCases": ["text_summarization", "chat"], "specialization": "general", "maxConcurrency": 4,
                     "capabilities": { "sampling": false, "prefill": true, "reasoning": "effort", "tools": false, "jsonSchema": true } }
          },
          "routes": { "auto": { "strategy": "balanced", "models": ["big"], "fallbacks": ["mine/small"], "strict": true,
                    "fallbacksFor": { "context_length": ["big"] }, "tasks": { "translation": ["big"] }, "task": "translation", "weights": { "big": 3 },
                    "balance": { "cost": 2, "quality": 3, "latency": 0.5 },
                    "rules": { "longContextTokens": 4000, "simpleBelow": 0.2, "complexFrom": 0.8, "simpleQuality": 0.4 },
                    "learned": { "weak": "mine/small", "strong": "big", "weights": "own.weights", "strongShare": 0.3, "targetQuality": 0.9 },
                    "cascade": { "threshold": 0.6, "checks": ["refusal"], "samples": 3, "checker": "big" },
                    "experiment": { "seed": "spring", "by": "tag:team", "shares": { "big": 2 }, "metric": "cost", "control": "big" },
                    "hedge": { "enabled": true, "delay": "700ms", "maxShare": 0.05 }, "affinity": { "enabled": false, "ttl": "1h" },
                    "continue": true, "enhancePrompts": true, "maxCostUsd": 0.5, "maxLatency": "3s" } },
          "versions": { "formal_v1": { "model": "local/tiny", "lora": "formal", "aliases": ["formal"] } },
          "resilience": { "maxAttempts": 4, "baseDelay": "20ms", "maxDelay": "4s", "totalTimeout": "50s",
                          "retryBudget": { "enabled": false, "share": 0.4, "minimum": 3, "window": "20s" },
                          "breaker": { "enabled": false, "failureShare": 0.7, "minimumCalls": 5, "window": "40s", "restFor": "7s" },
                          "cooldown": { "enabled": false, "rateLimited": "9s", "refused": "3m" },
                          "queue": { "enabled": false, "maxWait": "2s", "maxWaiting": 7 },
                          "healthChecks": { "enabled": true, "interval": "45s", "timeout": "1s", "failures": 3 } },
          "ledger": { "store": "postgres", "connection": "ledger-secret-1" },
          "limits": { "store": "redis", "connection": "limits-secret-1" },
          "cache": { "store": "redis", "connection": "cache-secret-1", "ttl": "90s" },
          "budgets": { "daily": { "usd": 100.5, "alertAt": [0.5, 1], "webhook": "https://hooks.example.com/webhook-secret-1" } },
          "sensitivity": { "enabled": false, "labels": { "email": "confidential" },
                           "patterns": { "ticket": { "pattern": "TCK-[0-9]{6}", "label": "internal" } },
                           "words": { "projects": { "words": ["Bluebird"], "label": "internal" } },
                           "masking": { "enabled": true, "kinds": ["email"] },
                           "injection": { "action": "warn", "threshold": 0.7, "maxTokens": 5000 } },
          "benchmark": { "enabled": true, "intervalRequests": 70, "models": ["big"], "prompts": "/srv/prompts.jsonl", "runs": 4, "maxShare": 0.2 }
        }
        """.Replace("own.weights", OwnWeights, StringComparison.Ordinal);

    /// <summary>What of it can be loaded: two of its fields exclude each other, so each of these is without one of them.</summary>
    public static readonly string[] Loadable =
    [
        EveryField.Replace(", \"targetQuality\": 0.9", "", StringComparison.Ordinal), EveryField.Replace("\"strongShare\": 0.3, ", "", StringComparison.Ordinal),
    ];

    public static readonly string[] SecretsOfEveryField =
    [
        "admin-secret-1", "provider-secret-1", "header-secret-1", "ledger-secret-1", "limits-secret-1", "cache-secret-1", "webhook-secret-1",
    ];

    public static IReadOnlyDictionary<string, string> Environment(params (string Name, string Value)[] variables) =>
        variables.ToDictionary(v => v.Name, v => v.Value);

    public static ConfigResult Parse(string json, IReadOnlyDictionary<string, string>? environment = null) =>
        ConfigLoader.Parse(Encoding.UTF8.GetBytes(json), environment ?? Nothing);

    /// <summary>A config that is in order.</summary>
    public static SignalboxConfig Valid(string json, IReadOnlyDictionary<string, string>? environment = null)
    {
        var result = Parse(json, environment);
        Assert.Empty(ErrorsOf(result));
        return result.Config!;
    }

    /// <summary>The lines a user would read, errors only.</summary>
    public static string[] ErrorsOf(ConfigResult result) => LinesOf(result, ConfigSeverity.Error);

    public static string[] WarningsOf(ConfigResult result) => LinesOf(result, ConfigSeverity.Warning);

    /// <summary>The one error of a config that has exactly one.</summary>
    public static ConfigProblem OneError(string json, IReadOnlyDictionary<string, string>? environment = null)
    {
        var result = Parse(json, environment);
        Assert.Null(result.Config);
        return Assert.Single(result.Problems, p => p.Severity == ConfigSeverity.Error);
    }

    private static string[] LinesOf(ConfigResult result, ConfigSeverity severity) =>
        [.. result.Problems.Where(p => p.Severity == severity).Select(p => $"{p.Path}: {p.Message}")];
}
