using Signalbox.Sensitivity;

namespace Signalbox.Tests.Sensitivity;

public class CredentialTests
{
    [Theory]
    [InlineData("password = \"hunter-gatherer\"")]
    [InlineData("Passwort: Sommer2024")]
    [InlineData("DB_PASSWORD=Tr0ub4dor&3")]
    [InlineData("the wifi password is 'mango-tree-77'")]
    [InlineData("la contraseña es Girasol99")]
    [InlineData("mot de passe : Tournesol12")]
    [InlineData("Server=db;User Id=app;Password=S3cr3t!x;")]
    [InlineData("postgres://app:s3cr3tpw@db.example.org:5432/app")]
    [InlineData("api_key: \"zq81hf02kd93ls74\"")]
    [InlineData("Authorization: Bearer 9fKx2mQw8LpZ4vTn6RbY")]
    [InlineData("acme_live_4Fq9ZxL2mV8tR6yW1bNc")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLW9mLWl0")]
    public void A_secret_is_confidential(string text) => Assert.Equal(SensitivityLabel.Confidential, Inspect.LabelOf(text));

    [Theory]
    [InlineData("zq-4Fq9ZxL2mV8tR6yW1bNcK7p")]
    [InlineData("my notes: zqw_kB7xT2mWq9LfZ4vR8sNcY1dH in a line")]
    [InlineData("zq-abc-x03-4Fq9ZxL2mV8tR6yW1bNc_K7pQ-s5TgHj3uE")]
    [InlineData("zebra_4Fq9ZxL2mV8-tR6yW1bNcK7p")]
    [InlineData("{\"note\":\"zqx-Proj-9ZxL2mV8tR6yW1bNcK7pfT\"}")]
    [InlineData("ZQWX7K2MPL4VT9RB3NCD")]
    public void A_key_with_a_prefix_is_confidential_with_no_word_beside_it(string text) => Assert.Equal(SensitivityLabel.Confidential, Inspect.LabelOf(text));

    [Theory]
    [InlineData("msg")]
    [InlineData("req")]
    [InlineData("resp")]
    [InlineData("file")]
    [InlineData("call")]
    [InlineData("toolu")]
    [InlineData("chatcmpl")]
    [InlineData("run")]
    [InlineData("thread")]
    [InlineData("asst")]
    [InlineData("rs")]
    [InlineData("fc")]
    [InlineData("item")]
    [InlineData("batch")]
    [InlineData("gen")]
    [InlineData("evt")]
    public void An_id_is_no_secret(string prefix)
    {
        Assert.NotEqual(SensitivityLabel.Confidential, Inspect.LabelOf(prefix + "_4Fq9ZxL2mV8tR6yW1bNcK7p"));
        Assert.NotEqual(SensitivityLabel.Confidential, Inspect.LabelOf(prefix + "-01kB7xT2mWq9LfZ4vR8sNcY1dH"));
    }

    [Theory]
    [InlineData("user-550e8400-e29b-41d4-a716-446655440000")]
    [InlineData("my-convertUtf8ToUtf16LittleEndianString")]
    [InlineData("css_ButtonPrimaryLarge2024RoundedCorner")]
    [InlineData("lib-MyCompany-Platform-2024-Release-Candidate3")]
    [InlineData("SIGNALBOX2026RELEASE")]
    [InlineData("EqAv-4Fq9ZxL2mV8tR6yW1bNcK7p")]
    public void What_is_made_of_words_is_no_key(string text) => Assert.NotEqual(SensitivityLabel.Confidential, Inspect.LabelOf(text));

    [Fact]
    public void A_key_is_found_whole_however_often_its_tail_is_divided()
    {
        const string key = "zq-4Fq9ZxL2mV8_tR6yW1bNc-K7p";
        var finding = Assert.Single(Inspect.Detector.Inspect("use " + key + ", please").Findings, static f => f.Kind == "credential");

        Assert.Equal((4, key.Length), (finding.Position, finding.Length));
    }

    [Fact]
    public void A_private_key_is_found_from_its_header() =>
        Assert.Contains("private_key", Inspect.KindsOf("-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIObtRo8tkUqoMjeHhsOh2ouPpXCgBcP+EDxZCB/tws15oAoGCCqGSM49\n-----END EC PRIVATE KEY-----"));

    [Theory]
    [InlineData("password: str = Field(..., min_length=8)")]
    [InlineData("password = os.environ[\"DB_PASSWORD\"]")]
    [InlineData("password = getpass()")]
    [InlineData("\"password\": \"string\"")]
    [InlineData("password: ${DB_PASSWORD}")]
    [InlineData("password=********")]
    [InlineData("What is a good password policy?")]
    [InlineData("The password is required and the token is optional.")]
    [InlineData("token = tokenizer.next_token()")]
    [InlineData("key: value")]
    [InlineData("-----BEGIN CERTIFICATE-----")]
    [InlineData("https://example.org/a:b@c and git@example")]
    [InlineData("convertUtf8ToUtf16LittleEndian and NSInternalInconsistencyException")]
    public void What_only_speaks_of_secrets_is_not(string text) => Assert.NotEqual(SensitivityLabel.Confidential, Inspect.LabelOf(text));
}
