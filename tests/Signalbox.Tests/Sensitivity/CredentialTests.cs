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
