using Signalbox.Configuration;
using Signalbox.Providers.Local;

namespace Signalbox.Versions;

/// <summary>The versions that exist without being configured: one model built from nothing, one fine-tuned here or elsewhere, one hosted.</summary>
internal static class BuiltInVersions
{
    public const string Custom = "custom_model_built_0.0.0";
    public const string Qlora = "qlora_finetuned_model_v1.0.0";
    public const string HostedQlora = "qlora_vllm_finetuned_model_v1.0.0";
    public const string Gemini = "gemini_2.0_flash_v1.0.0";

    /// <summary>Who may serve the fine-tuned model elsewhere, the preferred first; the model has the adapter's name there.</summary>
    private static readonly string[] Hosts = ["vllm", "sambanova"];

    public static IReadOnlyList<ModelVersion> Of(SignalboxConfig config) =>
    [
        new(Custom, BuiltInModels.BankingModel) { Aliases = ["custom"] },
        new(Qlora, BuiltInModels.BankingModel) { Lora = BuiltInModels.BankingAdapter, Aliases = ["qlora"] },
        new(HostedQlora, $"{Array.Find(Hosts, config.Providers.ContainsKey) ?? Hosts[0]}/{BuiltInModels.BankingAdapter}") { Aliases = ["qlora-vllm"] },
        new(Gemini, "gemini/gemini-2.0-flash") { Aliases = ["gemini"] },
    ];
}
